package dev.braid.agent;

import static dev.braid.agent.World.INITIATOR1;
import static dev.braid.agent.World.INITIATOR2;
import static dev.braid.agent.World.NODE2;
import static dev.braid.agent.World.TARGET;
import static dev.braid.agent.World.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.agent.book.Volume;
import dev.braid.base.Iqn;
import dev.braid.base.chap.ChapCredentials.Login;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The head's side of CHAP. */
class ChapTest {

  private static final Login OLD = new Login("node1", "the-old-secret");
  private static final Login NEW = new Login("node1", "the-new-secret");
  private static final Login TARGETS = new Login("san1", "the-target-secret");

  @TempDir Path temp;
  private Path secrets;
  private World world;
  private Volume volume;

  @BeforeEach
  void start() throws IOException {
    secrets = Files.createDirectory(temp.resolve("chap"));
    Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rwx------"));
    world = World.started(temp.resolve("head"));
    volume = world.create("pvc-1");
  }

  @AfterEach
  void end() {
    world.close();
  }

  private void write(Iqn initiator, Login login, Optional<Login> mutual) throws IOException {
    Path file = secrets.resolve(initiator.name());
    Files.writeString(
        file,
        "user=%s\npassword=%s\n".formatted(login.user(), login.password())
            + mutual
                .map(m -> "mutual_user=%s\nmutual_password=%s\n".formatted(m.user(), m.password()))
                .orElse(""));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private void chapOn() {
    world.restartWith(Optional.of(secrets));
  }

  /** Through both portals alike. */
  private boolean letsIn(Iqn initiator, Optional<Login> proof) {
    boolean one = world.lio.letsIn(initiator, TARGET, 1, proof);
    assertThat(world.lio.letsIn(initiator, TARGET, 2, proof)).isEqualTo(one);
    return one;
  }

  @Test
  @DisplayName("one way: who proves it gets in, at every portal; without, or with another, nobody")
  void oneWay() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isTrue();
    assertThat(letsIn(INITIATOR1, Optional.of(NEW))).isFalse();
    assertThat(letsIn(INITIATOR1, Optional.empty())).isFalse();
    assertThat(world.lio.proof(INITIATOR1, TARGET, 1)).isEmpty();
  }

  @Test
  @DisplayName("mutual: the target proves itself as well; back to one way, it does not any more")
  void mutual() throws IOException {
    write(INITIATOR1, OLD, Optional.of(TARGETS));
    chapOn();
    world.publish(volume.serial());
    assertThat(world.lio.proof(INITIATOR1, TARGET, 1)).contains(TARGETS);
    assertThat(world.lio.proof(INITIATOR1, TARGET, 2)).contains(TARGETS);
    write(INITIATOR1, OLD, Optional.empty());
    world.agent().chapWatch().look();
    assertThat(world.lio.proof(INITIATOR1, TARGET, 1)).isEmpty();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isTrue();
  }

  @Test
  @DisplayName("rule 6: the credentials are there before the first mapped LUN")
  void credentialsFirst() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.killer.rest();
    world.publish(volume.serial());
    List<String> names = world.killer.names();
    assertThat(names.lastIndexOf("set credentials")).isPositive();
    assertThat(names.lastIndexOf("set credentials")).isLessThan(names.indexOf("make mapped LUN"));
  }

  @Test
  @DisplayName("rule 20: who has no file gets no ACL, and is told which file to make")
  void missingFile() {
    chapOn();
    assertThatThrownBy(
            () ->
                world.agent().publish().publish(volume.serial(), NODE2, INITIATOR2, false, soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(secrets.resolve(INITIATOR2.name()).toString());
    assertThat(letsIn(INITIATOR2, Optional.empty())).isFalse();
    assertThat(world.picture()).doesNotContain(INITIATOR2.name());
    assertThat(world.book().publications()).isEmpty();
  }

  @Test
  @DisplayName("rule 20: a folder that others may look into gives nobody an ACL")
  void openFolder() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rwxr-xr-x"));
    chapOn();
    assertThatThrownBy(() -> world.publish(volume.serial()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("0755");
    assertThat(letsIn(INITIATOR1, Optional.empty())).isFalse();
  }

  @Test
  @DisplayName("rotation: a file that changed is in force for the next login, and sessions go on")
  void rotated() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    world.login(INITIATOR1);
    write(INITIATOR1, NEW, Optional.empty());
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(NEW))).isTrue();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isFalse();
    assertThat(world.lio.session(INITIATOR1, TARGET, 1)).contains(1L);
    assertThat(world.lio.session(INITIATOR1, TARGET, 2)).contains(1L);
    world.killer.rest();
    world.agent().chapWatch().look();
    assertThat(world.killer.names()).as("nothing to do").isEmpty();
  }

  @Test
  @DisplayName("a file that is taken away shuts its initiator out; one not to be trusted does not")
  void revoked() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    Path file = secrets.resolve(INITIATOR1.name());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).as("what was good before stays").isTrue();
    Files.delete(file);
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isFalse();
    assertThat(letsIn(INITIATOR1, Optional.empty())).isFalse();
    write(INITIATOR1, OLD, Optional.empty());
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isTrue();
  }

  @Test
  @DisplayName(
      "rule 20: a head that started while the file was missing serves the node once it is there")
  void missingAtTheStart() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    String before = world.picture();
    Files.delete(secrets.resolve(INITIATOR1.name()));
    world.reboot();
    world.agent().chapWatch().look();
    assertThat(world.picture()).as("it is shut out").doesNotContain("acls/" + INITIATOR1);
    write(INITIATOR1, OLD, Optional.empty());
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isTrue();
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName(
      "rule 15: a node whose file is back is let in, whatever the kernel refused at first: that a"
          + " portal group asks, or the ACL")
  void backInSpiteOfRefusals() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    String before = world.picture();
    Files.delete(secrets.resolve(INITIATOR1.name()));
    world.reboot();
    world.agent().chapWatch().look();
    write(INITIATOR1, OLD, Optional.empty());
    letInAnybody();

    world.lio.refuse("write .*/attrib/authentication");
    assertThatThrownBy(() -> world.agent().chapWatch().look()).isInstanceOf(KernelRefused.class);
    assertThat(world.picture()).as("nobody is let in unasked").doesNotContain("acls/" + INITIATOR1);
    world.lio.refuse("mkdir .*/acls/.*");
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isFalse();
    world.lio.refuse("none");
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isTrue();
    assertThat(world.picture()).isEqualTo(before);
    world.killer.rest();
    world.agent().chapWatch().look();
    assertThat(world.killer.names()).as("nothing to do").isEmpty();
  }

  @Test
  @DisplayName("a portal group that somebody told to let in anybody asks again")
  void askedAgain() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    letInAnybody();
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.empty())).isFalse();
  }

  @Test
  @DisplayName("rule 14: after a power cut the credentials are back with the target")
  void reboot() throws IOException {
    write(INITIATOR1, OLD, Optional.of(TARGETS));
    chapOn();
    world.publish(volume.serial());
    String before = world.picture();
    world.reboot();
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("switched on and off, sessions go on, and off leaves no secret in the kernel")
  void switched() throws IOException {
    world.publish(volume.serial());
    world.login(INITIATOR1);
    write(INITIATOR1, OLD, Optional.of(TARGETS));
    chapOn();
    assertThat(letsIn(INITIATOR1, Optional.empty())).isFalse();
    assertThat(letsIn(INITIATOR1, Optional.of(OLD))).isTrue();
    world.restartWith(Optional.empty());
    assertThat(letsIn(INITIATOR1, Optional.empty())).isTrue();
    assertThat(world.picture()).doesNotContain("secret");
    assertThat(world.lio.session(INITIATOR1, TARGET, 1)).contains(1L);
  }

  @Test
  @DisplayName(
      "switched on or off under a node that has its secret: at no moment is its login refused")
  void switchedAtEveryMoment() throws IOException {
    world.publish(volume.serial());
    write(INITIATOR1, OLD, Optional.of(TARGETS));
    int moments = 0;
    boolean over = false;
    while (!over) {
      moments++;
      boolean on = endedAt(moments, Optional.of(secrets));
      assertThat(letsIn(INITIATOR1, Optional.of(OLD))).as("on, moment " + moments).isTrue();
      chapOn();
      boolean off = endedAt(moments, Optional.empty());
      assertThat(letsIn(INITIATOR1, Optional.of(OLD))).as("off, moment " + moments).isTrue();
      world.restartWith(Optional.empty());
      over = !on && !off;
    }
    assertThat(moments).as("four fields and the group, at two portals").isGreaterThan(10);
  }

  /** The agent is started anew with this setting, and killed after that many steps if it has so. */
  private boolean endedAt(int moment, Optional<Path> chapFolder) {
    world.killer.killAt(moment, true);
    try {
      world.restartWith(chapFolder);
      return false;
    } catch (Killer.Killed expected) {
      return true;
    } finally {
      world.killer.rest();
    }
  }

  @Test
  @DisplayName("rule 20: a portal group that asks again does so before anybody gets a new ACL")
  void asksBeforeNewAcls() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    Files.delete(secrets.resolve(INITIATOR1.name()));
    world.reboot();
    world.agent().chapWatch().look();
    write(INITIATOR1, OLD, Optional.empty());
    letInAnybody();
    world.killer.rest();
    world.agent().chapWatch().look();
    List<String> names = world.killer.names();
    assertThat(names).contains("set portal group", "make ACL");
    assertThat(names.lastIndexOf("set portal group")).isLessThan(names.indexOf("make ACL"));
  }

  @Test
  @DisplayName("a portal group that asks again does so when the ACLs have what is proven now")
  void asksAfterCredentials() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    write(INITIATOR1, NEW, Optional.of(TARGETS));
    letInAnybody();
    world.killer.rest();
    world.agent().chapWatch().look();
    List<String> names = world.killer.names();
    assertThat(names).contains("set portal group", "set credentials");
    assertThat(names.lastIndexOf("set credentials")).isLessThan(names.indexOf("set portal group"));
  }

  @Test
  @DisplayName("one ACL that the kernel does not change leaves no portal group open to all")
  void kernelRefuses() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    write(INITIATOR1, NEW, Optional.empty());
    letInAnybody();
    world.lio.refuse("write .*/auth/password");
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.empty())).isFalse();
    world.lio.refuse("none");
    world.agent().chapWatch().look();
    assertThat(letsIn(INITIATOR1, Optional.of(NEW))).isTrue();
  }

  private void letInAnybody() {
    for (int tag = 1; tag <= 2; tag++) {
      String asks = "iscsi/" + TARGET + "/tpgt_" + tag + "/attrib/authentication";
      Steps.unobserved().run("meddle", step -> world.lio.write(step, asks, "0"));
    }
  }

  @Test
  @DisplayName("rule 15: killed anywhere while credentials change, a start brings them in force")
  void killed() throws IOException {
    write(INITIATOR1, OLD, Optional.empty());
    chapOn();
    world.publish(volume.serial());
    for (int kill = 1; kill <= 3; kill++) {
      Login next = new Login("node1", "the-secret-number-" + kill);
      write(INITIATOR1, next, Optional.of(TARGETS));
      world.killer.killAt(kill, kill % 2 == 0);
      try {
        world.agent().chapWatch().look();
      } catch (Killer.Killed expected) {
        // as a power cut would
      }
      world.killer.rest();
      world.restart();
      assertThat(letsIn(INITIATOR1, Optional.of(next))).isTrue();
    }
  }
}
