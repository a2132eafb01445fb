package dev.braid.agent;

import static dev.braid.agent.World.INITIATOR1;
import static dev.braid.agent.World.INITIATOR2;
import static dev.braid.agent.World.NODE1;
import static dev.braid.agent.World.NODE2;
import static dev.braid.agent.World.TARGET;
import static dev.braid.agent.World.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.agent.book.Debt;
import dev.braid.agent.book.Publication;
import dev.braid.agent.book.Volume;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Serial;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.Busy;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFenced;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.Refused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Publish, Attest and Unpublish. */
@Timeout(60)
class PublishTest {

  @TempDir Path folder;
  private World world;
  private Volume volume;

  @BeforeEach
  void start() {
    world = World.started(folder);
    volume = world.create("pvc-1");
  }

  @AfterEach
  void end() {
    world.close();
  }

  private Serial serial() {
    return volume.serial();
  }

  private void attest(long generation) {
    world.agent().attest().attest(serial(), NODE1, new Generation(generation));
  }

  private boolean unpublish(Duration attestWait, Duration time) {
    return world
        .agent()
        .unpublish()
        .unpublish(serial(), Optional.of(NODE1), attestWait, Deadline.after(time));
  }

  @Test
  @DisplayName("F1, rule 7: published again, the generation and the head stay as they are")
  void publishAgain() {
    var first = world.publish(serial());
    String before = world.picture();
    assertThat(world.publish(serial())).isEqualTo(first);
    assertThat(world.picture()).isEqualTo(before);
    assertThat(before)
        .contains("tpgt_1/acls/" + INITIATOR1 + "/lun_pvc-1/write_protect = 0")
        .contains("tpgt_2/acls/" + INITIATOR1 + "/lun_pvc-1/write_protect = 0");
  }

  @Test
  @DisplayName("F2: another node, another initiator name, another mode: each has its own answer")
  void contradictions() {
    world.publish(serial());
    var publish = world.agent().publish();
    assertThatThrownBy(() -> publish.publish(serial(), NODE2, INITIATOR2, false, soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("published to node node1");
    assertThatThrownBy(() -> publish.publish(serial(), NODE1, INITIATOR2, false, soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(INITIATOR1.name());
    assertThatThrownBy(() -> publish.publish(serial(), NODE1, INITIATOR1, true, soon()))
        .isInstanceOf(AlreadyExists.class);
    var unknown = Serial.random(new Random(9));
    assertThatThrownBy(() -> publish.publish(unknown, NODE1, INITIATOR1, false, soon()))
        .isInstanceOf(NotFound.class);
  }

  @Test
  @DisplayName("F1: unpublish of what is not published, or not there, is a success")
  void nothingToUnpublish() {
    String before = world.picture();
    assertThat(world.unpublish(serial())).isFalse();
    assertThat(world.unpublish(Serial.random(new Random(9)))).isFalse();
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("Rule 7: attested, it is unmapped: no session ends but with the last LUN, no debt")
  void attested() {
    Volume other = world.create("other");
    String before = world.picture();
    world.publish(serial());
    world.publish(other.serial());
    world.login(INITIATOR1);
    attest(1);
    assertThat(world.unpublish(serial())).isFalse();
    assertThat(world.lio.session(INITIATOR1, TARGET, 1)).contains(1L);
    assertThat(world.lio.session(INITIATOR1, TARGET, 2)).isPresent();
    world.agent().attest().attest(other.serial(), NODE1, new Generation(2));
    assertThat(world.unpublish(other.serial())).isFalse();
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("Rule 7: the head waits for the node's word, and goes on the moment it comes")
  void wordComesWhileWaiting() throws Exception {
    world.publish(serial());
    world.login(INITIATOR1);
    var unpublish =
        CompletableFuture.supplyAsync(
            () -> unpublish(Duration.ofSeconds(30), Duration.ofSeconds(50)));
    var withdrawing = new dev.braid.agent.lio.Patience();
    assertThat(
            withdrawing.until(
                soon(),
                () -> world.book().publications().stream().anyMatch(Publication::withdrawing)))
        .isTrue();
    assertThatThrownBy(() -> world.publish(serial())).isInstanceOf(Busy.class);
    assertThat(world.create("meanwhile").name()).as("others do not wait").isEqualTo("meanwhile");
    attest(1);
    assertThat(unpublish.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(world.book().debts()).isEmpty();
  }

  @Test
  @DisplayName("Rules 7, 8: without the word the head fences, notes a debt, and the word ends it")
  void fenced() {
    String before = world.picture();
    world.publish(serial());
    world.login(INITIATOR1);
    assertThat(world.unpublish(serial())).isTrue();
    assertThat(world.book().debts())
        .containsExactly(
            new Debt(
                serial(),
                NODE1,
                INITIATOR1,
                volume.lun(),
                new Generation(1),
                World.CLOCK.instant()));
    assertThat(world.lio.session(INITIATOR1, TARGET, 1)).isEmpty();
    assertThat(world.unpublish(serial())).as("the same answer again").isTrue();
    attest(1);
    assertThat(world.picture()).isEqualTo(before);
    assertThat(world.unpublish(serial())).isFalse();
  }

  @Test
  @DisplayName("Rules 7, 8: a node that owes its word does not get the volume back; others do")
  void inDebt() {
    world.publish(serial());
    world.login(INITIATOR1);
    assertThat(world.unpublish(serial())).isTrue();
    assertThatThrownBy(() -> world.publish(serial()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("node1")
        .hasMessageContaining("unstage it there first");
    world.agent().publish().publish(serial(), NODE2, INITIATOR2, false, soon());
    world.agent().unpublish().unpublish(serial(), Optional.of(NODE2), Duration.ZERO, soon());
    attest(1);
    assertThat(world.publish(serial()).generation()).isEqualTo(new Generation(3));
  }

  @Test
  @DisplayName("Rules 7, 8: what was fenced is an initiator, whatever name its node bears by now")
  void inDebtUnderAnotherName() {
    world.publish(serial());
    assertThat(world.unpublish(serial())).isTrue();
    var publish = world.agent().publish();
    assertThatThrownBy(() -> publish.publish(serial(), NODE2, INITIATOR1, false, soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("node1")
        .hasMessageContaining("unstage it there first");
    assertThat(publish.publish(serial(), NODE1, INITIATOR2, false, soon()).generation())
        .as("another machine under the first one's name")
        .isEqualTo(new Generation(2));
    attest(2);
    assertThat(world.book().debts())
        .as("which says nothing about the first one's kernel")
        .extracting(Debt::generation)
        .containsExactly(new Generation(1));
    world.agent().unpublish().unpublish(serial(), Optional.of(NODE1), Duration.ZERO, soon());
    assertThatThrownBy(() -> publish.publish(serial(), NODE1, INITIATOR1, false, soon()))
        .isInstanceOf(Refused.class);
  }

  @Test
  @DisplayName("Rule 6: one initiator name is one node: under another it gets nothing")
  void oneInitiatorTwoNodes() {
    Volume other = world.create("other");
    world.publish(serial());
    String before = world.picture();
    assertThatThrownBy(
            () -> world.agent().publish().publish(other.serial(), NODE2, INITIATOR1, false, soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(INITIATOR1.name())
        .hasMessageContaining("node1");
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("Rule 7: a fence ends both sessions, and the initiator's other volume stays mapped")
  void fencedBesideAnother() {
    Volume other = world.create("other");
    world.publish(serial());
    world.publish(other.serial());
    world.login(INITIATOR1);
    long first = world.lio.session(INITIATOR1, TARGET, 1).orElseThrow();
    long second = world.lio.session(INITIATOR1, TARGET, 2).orElseThrow();
    assertThat(world.unpublish(serial())).isTrue();
    assertThat(world.lio.session(INITIATOR1, TARGET, 1)).get().isNotEqualTo(first);
    assertThat(world.lio.session(INITIATOR1, TARGET, 2)).get().isNotEqualTo(second);
    assertThat(world.picture())
        .contains("acls/" + INITIATOR1 + "/lun_other/")
        .doesNotContain("acls/" + INITIATOR1 + "/lun_pvc-1/");
  }

  @Test
  @DisplayName("Rule 7: a node that is dead and gone is fenced without any session")
  void fencedDead() {
    world.publish(serial());
    world.login(INITIATOR1);
    world.lio.logout(INITIATOR1, TARGET, 1);
    world.lio.logout(INITIATOR1, TARGET, 2);
    assertThat(world.unpublish(serial())).isTrue();
  }

  @Test
  @DisplayName(
      "Rule 7: on a stuck device it is not fenced, nothing is given away, a repeat goes on")
  void stuckDevice() {
    world.publish(serial());
    world.login(INITIATOR1);
    world.lio.stick(world.backstore(volume));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> unpublish(Duration.ZERO, Duration.ofMillis(500)))
          .isInstanceOf(NotFenced.class);
    }
    assertThat(world.book().debts()).isEmpty();
    assertThatThrownBy(
            () ->
                world
                    .agent()
                    .publish()
                    .publish(
                        serial(), NODE2, INITIATOR2, false, Deadline.after(Duration.ofMillis(500))))
        .isInstanceOf(NotFenced.class);
    Volume other = world.create("other");
    world.agent().publish().publish(other.serial(), NODE2, INITIATOR2, false, soon());
    world.lio.unstick(world.backstore(volume));
    assertThat(world.unpublish(serial())).isTrue();
    world.agent().publish().publish(serial(), NODE2, INITIATOR2, false, soon());
  }

  @Test
  @DisplayName("Rule 7: commands of a session that the kernel no longer shows count as well")
  void hiddenSession() {
    world.publish(serial());
    world.login(INITIATOR1);
    world.lio.stick(world.backstore(volume));
    world.lio.hideSession("old");
    world.lio.logout(INITIATOR1, TARGET, 1);
    world.lio.logout(INITIATOR1, TARGET, 2);
    assertThat(world.lio.session(INITIATOR1, TARGET, 1)).as("nothing to be seen").isEmpty();
    assertThatThrownBy(() -> unpublish(Duration.ZERO, Duration.ofMillis(500)))
        .isInstanceOf(NotFenced.class);
    world.lio.unstick(world.backstore(volume));
    world.lio.revealSession("old");
    assertThat(world.unpublish(serial())).isTrue();
  }

  @Test
  @DisplayName(
      "Rule 7: after a withdrawal a new generation begins, and the old word is about the old")
  void nextGeneration() {
    assertThat(world.publish(serial()).generation()).isEqualTo(new Generation(1));
    world.unpublish(serial());
    attest(1);
    assertThat(world.publish(serial()).generation()).isEqualTo(new Generation(2));
    attest(1);
    assertThat(world.book().publications())
        .extracting(Publication::attested)
        .containsExactly(false);
    assertThat(world.unpublish(serial())).isTrue();
  }

  @Test
  @DisplayName("Rule 7: a volume that is published again after the word is fenced, not unmapped")
  void wantedAgain() {
    world.publish(serial());
    attest(1);
    assertThat(world.publish(serial()).generation()).isEqualTo(new Generation(2));
    attest(1);
    assertThat(world.unpublish(serial())).isTrue();
    assertThat(world.book().debts())
        .extracting(Debt::generation)
        .containsExactly(new Generation(2));
  }

  @Test
  @DisplayName(
      "Rule 7: killed anywhere while it begins a generation, no old word covers the new one")
  void wantedAgainKilled() {
    for (int kill = 1; kill <= 3; kill++) {
      world.publish(serial());
      attest(world.book().lastGeneration());
      long before = world.book().lastGeneration();
      world.killer.killAt(kill, kill % 2 == 0);
      try {
        world.publish(serial());
      } catch (Killer.Killed expected) {
        // as a power cut would
      }
      world.killer.rest();
      world.restart();
      assertThat(world.publish(serial()).generation().value()).isGreaterThan(before);
      assertThat(world.book().publications()).extracting(Publication::attested).containsOnly(false);
    }
  }

  @Test
  @DisplayName("Rule 7: a withdrawal that has begun has unmapped the LUN, and waits for the word")
  void begun() {
    world.publish(serial());
    world.login(INITIATOR1);
    world.agent().unpublish().begin(serial(), Optional.of(NODE1), soon());
    world.agent().unpublish().begin(serial(), Optional.of(NODE1), soon());
    assertThat(world.picture()).doesNotContain(INITIATOR1 + "/lun_");
    attest(1);
    assertThat(world.unpublish(serial())).isFalse();
    assertThat(world.book().debts()).isEmpty();
  }

  @Test
  @DisplayName("Rule 7: begun and then no word: fenced; begun and wanted again: a new generation")
  void begunWithoutWord() {
    world.publish(serial());
    world.login(INITIATOR1);
    world.agent().unpublish().begin(serial(), Optional.of(NODE1), soon());
    assertThat(world.unpublish(serial())).isTrue();
    attest(1);
    world.publish(serial());
    world.agent().unpublish().begin(serial(), Optional.of(NODE1), soon());
    attest(2);
    assertThat(world.publish(serial()).generation()).isEqualTo(new Generation(3));
  }

  @Test
  @DisplayName("Rule 8: a debt outlives its volume, and keeps its LUN number")
  void debtOutlives() {
    world.publish(serial());
    world.unpublish(serial());
    world.delete(serial());
    assertThat(world.book().debts()).hasSize(1);
    world.reboot();
    assertThat(world.book().debts()).hasSize(1);
    attest(1);
    assertThat(world.book().debts()).isEmpty();
  }

  @Test
  @DisplayName("F2: a word about a generation that was never given out is refused")
  void neverGivenOut() {
    assertThatThrownBy(() -> attest(1)).isInstanceOf(InvalidInput.class);
  }

  @Test
  @DisplayName("Rule 15: a withdrawal whose caller never came back is finished by the next publish")
  void abandonedWithdrawal() {
    world.publish(serial());
    world.login(INITIATOR1);
    world.killer.killAt(1, true);
    assertThatThrownBy(() -> world.unpublish(serial())).isInstanceOf(Killer.Killed.class);
    world.killer.rest();
    world.restart();
    assertThat(world.book().publications()).extracting(Publication::withdrawing).contains(true);
    world.agent().publish().publish(serial(), NODE2, INITIATOR2, false, soon());
    assertThat(world.picture()).contains(INITIATOR2 + "/lun_").doesNotContain(INITIATOR1 + "/lun_");
    assertThat(world.book().debts()).hasSize(1);
  }
}
