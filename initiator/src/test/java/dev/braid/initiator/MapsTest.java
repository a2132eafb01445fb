package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.DmTarget;
import dev.braid.linux.dm.change.DeviceMapperChange;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.wait.KernelWaits;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a kernel that is made up, and with a multipathd that does not run. */
class MapsTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();
  private static final DmDevice MAP =
      new DmDevice(new DeviceNumber(253, 7), "mpatha", "mpath-" + LUN, 1, false, false, true);

  @TempDir Path folder;
  private final FakeKernel kernel = new FakeKernel();
  private final KernelWaits waits = new KernelWaits(Clock.systemUTC());

  @Test
  @DisplayName("F25: queueing is stopped in the kernel where multipathd does not do it")
  void stopsWithoutMultipathd() {
    maps().stopQueueing(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.messages).containsExactly("fail_if_no_path");
    maps().stopQueueing(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.messages).as("it is so already").hasSize(1);
  }

  @Test
  @DisplayName("F25, rule 9: that queueing is stopped is read back")
  void readsBack() {
    kernel.isDeaf = true;
    assertThatThrownBy(() -> maps().stopQueueing(LUN, Hold.ofNothing(), deadline()))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("mpatha");
  }

  @Test
  @DisplayName("F25: without a map there is nothing to stop")
  void noMap() {
    kernel.isThere = false;
    maps().stopQueueing(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.messages).isEmpty();
  }

  @Test
  @DisplayName("F25: the paths that device-mapper uses are those it has not failed")
  void used() {
    assertThat(maps().used(LUN)).containsExactly(new DeviceNumber(8, 16));
    kernel.isThere = false;
    assertThat(maps().used(LUN)).isEmpty();
  }

  @Test
  @DisplayName("rule 9: a map that nobody has open is removed, and multipathd is not waited for")
  void flushes() throws IOException {
    Path silent = folder.resolve("multipathd");
    try (var stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stopped.bind(UnixDomainSocketAddress.of(silent));
      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () ->
              maps(new MultipathdSocket(silent, "/none")).flush(LUN, Hold.ofNothing(), deadline()));
    }
    assertThat(kernel.removed).containsExactly(MAP.uuid());
    maps().flush(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.removed).as("it is gone already").hasSize(1);
  }

  @Test
  @DisplayName("rule 9: a map that is open only for a moment is removed when it is closed")
  void closedLater() {
    kernel.openFor = 3;
    kernel.refusals = 1;
    maps().flush(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.isThere).isFalse();
  }

  @Test
  @DisplayName("rule 9: a map held open stays, queues as before, and its holder is named in time")
  void heldOpen() {
    kernel.openFor = Integer.MAX_VALUE;
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), soon()))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContainingAll("mpatha", "open count 1", "process 7 (cat)", "paths are kept")
        .hasMessageNotContaining("queue");
    assertThat(kernel.isThere).isTrue();
    assertThat(kernel.removed).isEmpty();
    assertThat(kernel.messages).as("queueing was never off").isEmpty();
  }

  @Test
  @DisplayName("rule 9: a map held open, whose queueing others turned off meanwhile, queues again")
  void queuesAgain() {
    kernel.openFor = Integer.MAX_VALUE;
    kernel.changesWhileOpen = true;
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), soon()))
        .isInstanceOf(DeviceInUse.class);
    assertThat(kernel.messages).containsExactly("queue_if_no_path");
    assertThat(kernel.isQueueing).isTrue();
    assertThat(kernel.isSuspended).isFalse();
  }

  @Test
  @DisplayName("rule 9: a map held open that cannot be put back as it was: the error says so too")
  void notPutBack() {
    kernel.openFor = Integer.MAX_VALUE;
    kernel.changesWhileOpen = true;
    kernel.isDeaf = true;
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), soon()))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContainingAll(
            "process 7 (cat)",
            "dmsetup resume mpatha",
            "does not queue any more",
            "restorequeueing map mpatha");
  }

  @Test
  @DisplayName("rule 9: queueing that was off before a refused detach stays off")
  void staysOff() {
    kernel.openFor = Integer.MAX_VALUE;
    kernel.isQueueing = false;
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), soon()))
        .isInstanceOf(DeviceInUse.class);
    assertThat(kernel.messages).isEmpty();
  }

  @Test
  @Timeout(20)
  @DisplayName("rule 9: a removal that hangs in the kernel is left in time, and keeps its lock")
  void removalHangs() throws InterruptedException {
    var released = new CountDownLatch(1);
    var ends = new CountDownLatch(1);
    kernel.beforeRemove = () -> await(ends);
    try (var hold = new Hold(lock(released))) {
      assertThatThrownBy(() -> maps().flush(LUN, hold, soon()))
          .isInstanceOf(DeadlinePassed.class)
          .hasMessageContaining("removing the map mpatha");
    }
    assertThat(released.getCount()).as("what goes on holds on (rule 12)").isEqualTo(1);
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), deadline()))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("removing the map mpatha");

    ends.countDown();
    released.await();
    maps().flush(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.removed).as("once").containsExactly(MAP.uuid());
  }

  @Test
  @Timeout(20)
  @DisplayName("rule 9: what of ours hangs on a map is named among those who hold it")
  void namesOwnWork() throws InterruptedException {
    kernel.openFor = Integer.MAX_VALUE;
    var ends = new CountDownLatch(1);
    assertThatThrownBy(() -> waits.run(MAP.describe(), "mounting", soon(), () -> await(ends)))
        .isInstanceOf(DeadlinePassed.class);
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), soon()))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContaining("mounting it in the kernel since");
    ends.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("the kernel heeds no interrupt, so nobody may send one", e);
    }
  }

  private static Lock lock(CountDownLatch released) {
    return new Lock() {
      @Override
      public void share() {}

      @Override
      public void close() {
        released.countDown();
      }
    };
  }

  @Test
  @DisplayName("rule 9: maps of a map's partitions go with it, unless somebody uses them")
  void partitions() throws IOException {
    Path part = Files.createDirectories(folder.resolve("class/block/dm-8/dm"));
    Files.writeString(part.resolve("uuid"), "part1-" + MAP.uuid() + "\n");
    Files.createDirectories(folder.resolve("class/block/dm-7/holders/dm-8"));
    kernel.partOpen = 1;
    assertThatThrownBy(() -> maps().flush(LUN, Hold.ofNothing(), soon()))
        .isInstanceOf(DeviceInUse.class);
    assertThat(kernel.removed).isEmpty();

    kernel.partOpen = 0;
    maps().flush(LUN, Hold.ofNothing(), deadline());
    assertThat(kernel.removed).containsExactly("part1-" + MAP.uuid(), MAP.uuid());
  }

  private Maps maps() {
    return maps(new MultipathdSocket(folder.resolve("none"), "/braid-test/" + folder));
  }

  private Maps maps(MultipathdSocket socket) {
    return new Maps(
        kernel,
        kernel,
        new Multipathd(socket),
        new BlockTree(folder),
        (device, deadline) -> deadline.passed() ? List.of() : List.of("process 7 (cat)"),
        waits,
        Steps.unobserved());
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(1));
  }

  private static Deadline deadline() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  private static final class FakeKernel extends UnaskedDeviceMapper implements DeviceMapperChange {

    final List<String> messages = new ArrayList<>();
    final List<String> removed = new ArrayList<>();
    boolean isThere = true;
    boolean isDeaf;
    boolean isQueueing = true;
    boolean isSuspended;

    /** Its queueing goes off, and it is suspended, while it is waited for. */
    boolean changesWhileOpen;

    /** So many looks find it open. */
    int openFor;

    /** So often its removal is refused: it was opened just then. */
    int refusals;

    /** What the kernel waits for before it removes. */
    Runnable beforeRemove = () -> {};

    /** The open count of a map of its partition; negative where there is none. */
    int partOpen = -1;

    @Override
    public Optional<DmDevice> byUuid(String uuid) {
      if (uuid.equals("part1-" + MAP.uuid())) {
        return Optional.of(device(8, "mpatha-part1", uuid, partOpen)).filter(m -> partOpen >= 0);
      }
      if (!isThere || !uuid.equals(MAP.uuid())) {
        return Optional.empty();
      }
      boolean open = openFor > 0 || partOpen >= 0;
      openFor = Math.max(0, openFor - 1);
      return Optional.of(device(7, MAP.name(), uuid, open ? 1 : 0));
    }

    private DmDevice device(int minor, String name, String uuid, int open) {
      var number = new DeviceNumber(253, minor);
      return new DmDevice(number, name, uuid, open, isSuspended, false, true);
    }

    @Override
    public Optional<List<DmTarget>> table(DmDevice map) {
      var line =
          new DmTarget(
              0,
              2048,
              "multipath",
              (isQueueing ? "1 queue_if_no_path" : "0")
                  + " 0 1 1 service-time 0 2 2 8:16 1 1 8:32 1 1");
      if (changesWhileOpen) {
        changesWhileOpen = false;
        isQueueing = false;
        isSuspended = true;
      }
      return Optional.of(List.of(line));
    }

    @Override
    public Optional<List<DmTarget>> status(DmDevice map) {
      return Optional.of(
          List.of(
              new DmTarget(0, 2048, "multipath", "2 0 0 0 1 1 A 0 2 2 8:16 A 0 0 1 8:32 F 1 0 1")));
    }

    @Override
    public void message(Step step, DmDevice map, String message) {
      messages.add(message);
      if (!isDeaf) {
        isQueueing = message.equals("queue_if_no_path");
      }
    }

    @Override
    public void resume(Step step, DmDevice map) {
      isSuspended = isDeaf;
    }

    @Override
    public void remove(Step step, DmDevice map) {
      if (refusals > 0) {
        refusals--;
        throw new DeviceInUse("it is open");
      }
      beforeRemove.run();
      removed.add(map.uuid());
      if (map.uuid().equals(MAP.uuid())) {
        isThere = false;
      } else {
        partOpen = -1;
      }
    }
  }
}
