package dev.braid.node;

import static dev.braid.node.FakeHost.VOLUME;
import static dev.braid.node.FakeHost.context;
import static dev.braid.node.FakeHost.deadline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.braid.base.BootId;
import dev.braid.base.Serial;
import dev.braid.base.VolumeId;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Reach;
import dev.braid.linux.mount.MountEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A volume whose paths are lost, taken off a {@link FakeHost} with and without an order. */
class DiscardTest {

  private static final VolumeUse EXT4 = new VolumeUse.Ext4(Set.of(), List.of());
  private static final VolumeUse BLOCK = new VolumeUse.Block();
  private static final VolumeId OTHER =
      new VolumeId(VOLUME.pool(), new Serial("fedcba9876543210fedcba987"));

  @TempDir Path folder;
  private FakeHost host;
  private final ListAppender<ILoggingEvent> audit = new ListAppender<>();

  @BeforeEach
  void start() {
    host = new FakeHost(folder);
    audit.start();
    auditLogger().addAppender(audit);
  }

  @AfterEach
  void stop() {
    auditLogger().detachAppender(audit);
  }

  private static Logger auditLogger() {
    return (Logger) LoggerFactory.getLogger("dev.braid.audit");
  }

  @Test
  @DisplayName("F25: without the guard an unmount with no path hangs, and leaves a half of it")
  void withoutTheGuard() {
    stage(EXT4);
    lose();
    var steps = Steps.unobserved();
    var unmount = new Unmount(host, host.writeOut(steps), (device, deadline) -> List.of(), steps);
    var top = host.table().at(host.staging()).orElseThrow();
    assertThatThrownBy(() -> unmount.unmountLast("unmount", VOLUME, top, false, deadline()))
        .isInstanceOf(DeadlinePassed.class);
    assertThat(host.mounts).isEmpty();
    assertThat(host.opened).isEqualTo(1);

    assertThatThrownBy(this::unstage)
        .as("what is said of it then")
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("open count 1");
  }

  @Test
  @DisplayName(
      "F25: no path, mounted for writing: it says that data may be lost, why, and what to do;"
          + " nothing is touched, and with a path back it comes off")
  void mounted() {
    stage(EXT4);
    publish(EXT4);
    lose();
    unpublish(); // a bind holds no data
    host.journal.clear();
    assertThatThrownBy(this::unstage)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining(VOLUME.toString())
        .hasMessageContaining("its session is down")
        .hasMessageContaining("read-write at [" + host.staging() + "]")
        .hasMessageContaining("may be lost")
        .hasMessageContaining("process 7 (cat)")
        .hasMessageContaining("braid-node discard " + VOLUME);
    assertUntouched();
    host.reach = Reach.State.WORKS;
    unstage();
    assertNothingLeft();
    assertThat(host.journal).doesNotContain("stop queueing");
    assertThat(audit.list).isEmpty();
  }

  @Test
  @DisplayName(
      "F25: of a read-only mount it says that nothing waits, of one turned so, what is lost")
  void readOnly() {
    stage(EXT4);
    remount(List.of("ro"), List.of("ro"));
    lose();
    assertThatThrownBy(this::unstage)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("nothing waits to be written");
    remount(List.of("rw"), List.of("ro"));
    assertThatThrownBy(this::unstage)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("lost already");
    assertThat(host.mounts).hasSize(1);
  }

  @Test
  @DisplayName("F25: a block volume that somebody has open may lose what he wrote; he is named")
  void openBlockVolume() {
    stage(BLOCK);
    host.opened = 1;
    lose();
    assertThatThrownBy(this::unstage)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("may be lost")
        .hasMessageContaining("process 7 (cat)");
    assertUntouched();
    host.opened = 0;
    host.journal.clear();
    unstage();
    assertThat(host.journal).as("closed, it has nothing to lose").startsWith("detach");
    assertNothingLeft();
  }

  @Test
  @DisplayName("F25, rule 9: in use with every path well, it is in use, and nothing else")
  void inUse() {
    stage(BLOCK);
    host.opened = 1;
    order(VOLUME);
    assertThatThrownBy(this::unstage).isInstanceOf(DeviceInUse.class);
    assertThat(host.queueing).isTrue();
    assertThat(audit.list).isEmpty();
  }

  @Test
  @DisplayName(
      "F25: by an order it is discarded, with one line of who, why, what; the word is given")
  void ordered() {
    stage(EXT4);
    lose();
    order(VOLUME);
    host.journal.clear();
    unstage();
    assertThat(host.journal)
        .containsExactly("stop queueing", "unmount staging", "detach", "attest 1");
    assertNothingLeft();
    assertThat(audit.list).hasSize(1);
    assertThat(audit.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(audit.list.get(0).getFormattedMessage())
        .contains(
            "volume " + VOLUME,
            "generation 1",
            "mpatha (/dev/dm-7)",
            "by Ada",
            "the head burned down",
            "read-write",
            "its session is down");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "block"})
  @DisplayName("F25, rule 15: killed before and after every step of a discard, it converges")
  void killedEverywhere(String kind) {
    VolumeUse use = kind.equals("ext4") ? EXT4 : BLOCK;
    List<String> points = new ArrayList<>();
    for (int i = -1; i < points.size(); i++) {
      host = new FakeHost(folder);
      stage(use);
      lose();
      order(VOLUME);
      if (i < 0) {
        host.points.clear();
        unstage();
        points.addAll(host.points);
      } else {
        host.dieAt(points.get(i));
        assertThatThrownBy(this::unstage).as(points.get(i)).isInstanceOf(FakeHost.Death.class);
        unstage();
      }
      assertThat(host.attested).isNotEmpty();
      assertNothingLeft();
    }
    assertThat(points).hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  @DisplayName("F25: an order is not carried out while a path works: the data is written instead")
  void orderedWithAPath() {
    stage(EXT4);
    order(VOLUME);
    unstage();
    assertThat(host.journal).contains("unmount staging").doesNotContain("stop queueing");
    assertThat(audit.list).isEmpty();
    assertNothingLeft();
  }

  @Test
  @DisplayName(
      "F25: a path that answers and carries no I/O yet: nothing is unmounted, and no order is"
          + " carried out")
  void answersOnly() {
    stage(EXT4);
    order(VOLUME);
    host.reach = Reach.State.ANSWERS;
    assertThatThrownBy(this::unstage)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("though a path answers")
        .hasMessageContaining("order of Ada")
        .hasMessageContaining("may yet be written");
    assertUntouched();
    lose();
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName(
      "F25: a path that answers and carries no I/O, which waits no longer but fails: only an order"
          + " helps, and it is carried out")
  void failsForGood() {
    stage(EXT4);
    host.reach = Reach.State.FAILS;
    host.queueing = false;
    assertThatThrownBy(this::unstage)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("though a path answers")
        .hasMessageContaining("braid-node discard " + VOLUME);
    assertThat(host.mounts).hasSize(1);
    order(VOLUME);
    unstage();
    assertNothingLeft();
    assertThat(audit.list).hasSize(1);
  }

  @Test
  @DisplayName("F25: an order about another volume, generation or boot, or half of one, is void")
  void voidOrders() throws IOException {
    stage(EXT4);
    order(VOLUME);
    Path file = host.orderFolder().resolve(VOLUME.serial().digits());
    String whole = Files.readString(file);
    lose();
    for (String broken :
        List.of(
            whole.replace(VOLUME.serial().digits(), OTHER.serial().digits()),
            whole.replace("generation 1", "generation 2"),
            whole.replace("generation 1", "generation unknown"),
            whole.replace(FakeHost.BOOT.text(), "00000000-0000-4000-8000-000000000002"),
            givenAt(whole, Duration.ofMinutes(-61)),
            givenAt(whole, Duration.ofMinutes(2)),
            whole.substring(0, whole.indexOf("reason")),
            "")) {
      assertThat(broken).isNotEqualTo(whole);
      Files.writeString(file, broken);
      assertThatThrownBy(this::unstage).as(broken).isInstanceOf(NoPath.class);
      assertUntouched();
    }
    Files.writeString(file, whole.replace("generation 1", "generation 2"));
    assertThatThrownBy(this::unstage)
        .hasMessageContaining("is ignored: it is about generation 2, and here is generation 1");
    Files.writeString(file, whole);
    unstage();
    assertNothingLeft();
  }

  /** The same order, given so long from now. */
  private static String givenAt(String order, Duration fromNow) {
    return order.replaceFirst("(?m)^at .*$", "at " + Instant.now().plus(fromNow));
  }

  @Test
  @DisplayName("F25: what the head has fenced does not age; nobody else speaks in its name")
  void ofTheHead() throws IOException {
    stage(EXT4);
    order(VOLUME);
    lose();
    Path file = host.orderFolder().resolve(VOLUME.serial().digits());
    String old = givenAt(Files.readString(file), Duration.ofDays(-3));
    Files.writeString(file, old.replace("by Ada", "by " + DiscardOrder.HEAD));
    unstage();
    assertNothingLeft();

    List<String> forged = List.of(VOLUME.toString(), "--by", "The head", "--reason", "why");
    assertThatThrownBy(() -> OrderDiscard.Wanted.parse(forged)).isInstanceOf(InvalidInput.class);
  }

  @Test
  @DisplayName("F25: with the record of the stage lost, an order holds for this boot")
  void recordLost() throws IOException {
    stage(EXT4);
    Files.delete(host.record());
    order(VOLUME);
    lose();
    unstage();
    assertNothingLeft();
    assertThat(host.attested).isEmpty();
  }

  @Test
  @DisplayName("F25: an order does not outlive the stage that it is about")
  void orderOfAnEarlierStage() throws IOException {
    stage(EXT4);
    order(VOLUME);
    Path file = host.orderFolder().resolve(VOLUME.serial().digits());
    String order = Files.readString(file);
    unstage();
    assertThat(file).doesNotExist();

    Files.writeString(file, order); // as if the plugin had died before
    stage(EXT4);
    assertThat(file).doesNotExist();
    Files.writeString(file, order);
    stage(EXT4);
    assertThat(file).as("a stage that goes on is the same stage").exists();
  }

  @Test
  @DisplayName("F25: orders of another boot go when the plugin starts")
  void ordersOfAnotherBoot() {
    stage(EXT4);
    order(VOLUME);
    var orders = host.orders(Steps.unobserved());
    orders.removeAllBut(FakeHost.BOOT);
    assertThat(orders.find(VOLUME)).isPresent();
    orders.removeAllBut(new BootId("00000000-0000-4000-8000-000000000002"));
    assertThat(host.orderFolder()).isEmptyDirectory();
  }

  @Test
  @DisplayName("F25: unpublishing the last mount is guarded as an unstage is")
  void lastMountPublished() {
    stage(EXT4);
    publish(EXT4);
    host.mounts.removeIf(e -> e.target().equals(host.staging()));
    lose();
    assertThatThrownBy(this::unpublish)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("may be lost");
    assertUntouched();
    order(VOLUME);
    unpublish();
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName(
      "F25: who keeps a volume from being unpublished may wait for a path: then it says so")
  void busyAtUnpublish() {
    stage(EXT4);
    publish(EXT4);
    host.busy = true;
    lose();
    assertThatThrownBy(this::unpublish)
        .isInstanceOf(NoPath.class)
        .hasMessageContaining("process 7 (cat)");
    order(VOLUME);
    assertThatThrownBy(this::unpublish).isInstanceOf(DeviceInUse.class);
    assertThat(host.queueing).as("so he gets his error").isFalse();
    host.busy = false;
    unpublish();
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("F25: an order is given for a volume that is here, by a name and with a reason")
  void command() throws IOException {
    assertThatThrownBy(() -> order(VOLUME))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("no map on this node");
    stage(EXT4);
    assertThatThrownBy(() -> order(OTHER)).isInstanceOf(Refused.class);
    String volume = VOLUME.toString();
    for (List<String> wrong :
        List.of(
            List.<String>of(),
            List.of(volume),
            List.of(volume, "--by", "Ada"),
            List.of(volume, "--by", "Ada", "--by", "Ada"),
            List.of(volume, "--by", "Ada", "--because", "x"),
            List.of("--by", "Ada", "--reason", "x", volume))) {
      assertThatThrownBy(() -> OrderDiscard.Wanted.parse(wrong))
          .as("%s", wrong)
          .isInstanceOf(InvalidInput.class);
    }
    for (String wrong : List.of(" ", "two\nlines", "x".repeat(201))) {
      var wanted = OrderDiscard.Wanted.parse(List.of(volume, "--reason", wrong, "--by", "Ada"));
      assertThatThrownBy(() -> host.command().order(wanted, deadline()))
          .isInstanceOf(InvalidInput.class);
    }
    order(VOLUME);
    Path file = host.orderFolder().resolve(VOLUME.serial().digits());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(host.orderFolder())))
        .isEqualTo("rwx------");
  }

  private void lose() {
    host.reach = Reach.State.LOST;
  }

  /** As ext4 does itself after an error, or as it was mounted. */
  private void remount(List<String> options, List<String> superOptions) {
    var before = host.mounts.get(0);
    host.mounts.set(
        0,
        new MountEntry(
            before.id(),
            before.parent(),
            before.device(),
            before.root(),
            before.target(),
            options,
            before.type(),
            before.source(),
            superOptions));
  }

  private void order(VolumeId volume) {
    host.command()
        .order(
            OrderDiscard.Wanted.parse(
                List.of(volume.toString(), "--by", "Ada", "--reason", "the head burned down")),
            deadline());
  }

  private void stage(VolumeUse use) {
    host.plugin()
        .stage()
        .stage(new StageVolume.Wanted(VOLUME, context(1), host.staging(), use), deadline());
  }

  private void publish(VolumeUse use) {
    host.plugin()
        .publish()
        .publish(
            new PublishVolume.Wanted(VOLUME, host.staging(), host.target(), use, false),
            deadline());
  }

  private void unpublish() {
    host.plugin().unpublish().unpublish(VOLUME, host.target(), deadline());
  }

  private void unstage() {
    host.plugin().unstage().unstage(VOLUME, host.staging(), deadline());
  }

  private void assertUntouched() {
    assertThat(host.journal).doesNotContain("stop queueing", "unmount staging", "detach");
    assertThat(host.mapped).isTrue();
    assertThat(host.queueing).isTrue();
  }

  private void assertNothingLeft() {
    assertThat(host.mounts).isEmpty();
    assertThat(host.mapped).isFalse();
    assertThat(host.opened).isZero();
    assertThat(host.target()).doesNotExist();
    assertThat(host.folder.resolve("state").toFile().list()).isEmpty();
    if (Files.exists(host.orderFolder())) {
      assertThat(host.orderFolder()).isEmptyDirectory();
    }
  }
}
