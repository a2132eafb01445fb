package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.Ticker;
import dev.braid.base.Wwid;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.HostExec;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.LunLimit;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.scsi.DeviceIdentification;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Reservations;
import dev.braid.linux.scsi.Reservations.Registration;
import dev.braid.linux.scsi.Reservations.Type;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One path whose device is there already, sdb, in a folder that stands for a host. */
class PathScanTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();
  private static final Wwid OTHER = new Serial("7777777777777777777777777").wwid();
  private static final Iqn TARGET = new Iqn("iqn.2026-11.dev.braid.lab:pool-lab");
  private static final IscsiSession SESSION =
      new IscsiSession(1, TARGET.name(), 1, "10.77.1.11", 3260, IscsiSession.State.LOGGED_IN, 2, 0);

  @TempDir Path host;
  private Path device;
  private final List<Path> asked = new ArrayList<>();
  private List<String> users = List.of();
  private Reply<Reservations> reservations = new Reply.Answered<>(new Reservations(List.of()));
  private final ScanTurns turns = new ScanTurns(Duration.ofMillis(300), Ticker.SYSTEM);
  private final CountDownLatch released = new CountDownLatch(1);
  private final Hold hold =
      new Hold(
          new Lock() {
            @Override
            public void share() {}

            @Override
            public void close() {
              released.countDown();
            }
          });

  @BeforeEach
  void device() throws IOException {
    device = Files.createDirectories(host.resolve("sys/bus/scsi/devices/2:0:0:7"));
    Files.createDirectories(device.resolve("block/sdb"));
    Files.createDirectories(device.resolve("scsi_generic/sg1"));
    Files.createDirectories(host.resolve("dev"));
    Files.createFile(host.resolve("dev/sdb"));
    Files.createFile(host.resolve("dev/sg1"));
    Files.createDirectories(host.resolve("sys/block"));
    write("state", "running");
    write("block/sdb/size", "2048");
    kept(LUN);
  }

  @Test
  @DisplayName("rule 3: a path that is there is asked who it is, once")
  void there() {
    assertThat(scan(soon())).extracting(ScsiDevice::bytes).containsExactly(1L << 20);
    assertThat(asked).hasSize(1);
  }

  @Test
  @DisplayName("a path whose LUN became ready late has its size once the kernel has asked again")
  void sized() throws Exception {
    write("block/sdb/size", "0");
    fifo("rescan");
    var kernel =
        new Thread(
            () -> {
              try {
                Files.readString(device.resolve("rescan"));
                write("block/sdb/size", "4096");
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    kernel.start();
    // The write to a pipe does not wait for what its reader makes of it, as one to the kernel does.
    var steps = new Steps(List.of(new After(kernel)));
    assertThat(scan(steps, soon())).extracting(ScsiDevice::bytes).containsExactly(2L << 20);
  }

  @Test
  @DisplayName("a path that has no size, also when asked again, does not count, and is named")
  void neverSized() throws IOException {
    reservations = new Reply.Silent<>("it did not answer"); // nor does it tell who has it
    write("block/sdb/size", "0");
    write("rescan", "");
    assertThatThrownBy(() -> scan(soon()))
        .isInstanceOf(NoPath.class)
        .hasMessageContainingAll("2:0:0:7 (sdb)", "no size");
    assertThat(device.resolve("rescan")).hasContent("1");
  }

  @Test
  @DisplayName(
      "rule 18: a path without a size, as another initiator has the LUN to himself, says so")
  void reserved() throws IOException {
    write("block/sdb/size", "0");
    write("rescan", "");
    new FakeIscsi(host).add(FakeIscsi.A, "LOGGED_IN", "up");
    Files.writeString(
        host.resolve("sys/class/iscsi_session/session1/initiatorname"), "iqn.2026-11.us:node\n");
    reservations =
        new Reply.Answered<>(
            new Reservations(
                List.of(
                    new Registration("5a", true, Type.EXCLUSIVE_ACCESS, "iqn.2026-11.other:db"))));
    assertThatThrownBy(() -> scan(soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("is reserved by iqn.2026-11.other:db", "exclusive access");
    assertThat(device.resolve("rescan")).isEmptyFile();
  }

  @Test
  @DisplayName("rule 11: a stale device that cannot be deleted in time is left to a thread")
  void deletionHangs() throws Exception {
    kept(OTHER);
    fifo("delete");
    try {
      assertThatThrownBy(() -> scan(Deadline.after(Duration.ofSeconds(1))))
          .isInstanceOf(DeadlinePassed.class)
          .hasMessageContaining("stale device 2:0:0:7 (sdb)");
      hold.close();
      assertThat(released.getCount()).as("the target is held while it goes on").isEqualTo(1);
    } finally {
      Files.readString(device.resolve("delete")); // lets the thread go
    }
    assertThat(released.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  @DisplayName("rule 11: a stale device that somebody uses is kept, and its user is named")
  void staleInUse() throws IOException {
    kept(OTHER);
    write("delete", "");
    users = List.of("process 7 (cat)");
    Files.createDirectories(host.resolve("sys/class/block/sdb"));
    Files.writeString(host.resolve("sys/class/block/sdb/dev"), "8:16\n");
    assertThatThrownBy(() -> scan(soon()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("process 7 (cat)");
    assertThat(device.resolve("delete")).isEmptyFile();
  }

  @Test
  @DisplayName(
      "rule 11: a path that was write-protected when its device was made is made anew, unless used")
  void writeProtected() throws IOException {
    write("delete", "");
    block("ro", "1\n");
    Path map = Files.createDirectories(host.resolve("sys/class/block/sdb/holders/dm-0"));
    assertThat(scan(soon())).hasSize(1);
    assertThat(device.resolve("delete")).isEmptyFile();

    Files.delete(map);
    // The stand-in deletes nothing; that it was asked to is what counts.
    assertThatThrownBy(() -> scan(soon()))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("2:0:0:7 (sdb) is still there");
    assertThat(device.resolve("delete")).hasContent("1");
  }

  @Test
  @DisplayName("rule 11: a path that the kernel keeps no WWID of is made anew")
  void nothingKept() throws IOException {
    write("delete", "");
    block("ro", "0\n");
    Files.delete(device.resolve("vpd_pg83"));
    assertThatThrownBy(() -> scan(soon())).isInstanceOf(KernelRefused.class);
    assertThat(device.resolve("delete")).hasContent("1");
  }

  private void block(String attribute, String text) throws IOException {
    Path block = Files.createDirectories(host.resolve("sys/class/block/sdb"));
    Files.writeString(block.resolve("dev"), "8:16\n");
    Files.writeString(block.resolve(attribute), text);
  }

  private List<ScsiDevice> scan(Deadline deadline) {
    return scan(Steps.unobserved(), deadline);
  }

  @Test
  @DisplayName("F20, rule 10: a scan that hangs costs its time once; the path that works is had")
  void scanHangs() throws Exception {
    var fake = new FakeIscsi(host);
    fake.add(FakeIscsi.B, "LOGGED_IN", "up");
    IscsiSession hangs = new IscsiSessions(fake.sys).all().get(0);
    Path file =
        Files.createDirectories(fake.sys.resolve("class/scsi_host/host" + hangs.host()))
            .resolve("scan");
    fifo(file);
    try {
      for (int call = 0; call < 2; call++) {
        assertThat(scan(List.of(SESSION, hangs), Steps.unobserved(), soon())).hasSize(1);
      }
      hold.close();
      assertThat(released.getCount())
          .as("the LUN is held while the first one goes on")
          .isEqualTo(1);
    } finally {
      assertThat(Files.readString(file)).as("one scan, for both calls").isEqualTo("0 0 7");
    }
    assertThat(released.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private List<ScsiDevice> scan(Steps steps, Deadline deadline) {
    return scan(List.of(SESSION), steps, deadline);
  }

  private List<ScsiDevice> scan(List<IscsiSession> up, Steps steps, Deadline deadline) {
    Path sys = host.resolve("sys");
    var devices = new ScsiDevices(sys);
    var bus = new ScsiBus(sys);
    var use =
        new PathUse(
            new BlockTree(sys),
            new Loops(sys.resolve("block")),
            node -> false,
            (number, patience) -> users,
            host.resolve("dev"));
    var scan =
        new PathScan(
            devices,
            bus,
            new IscsiSessions(sys),
            new PathWords(new Identity(new Ours(), host.resolve("dev"))),
            turns,
            new StaleDevices(devices, bus, use, steps),
            new WriteCheck(
                new Ours(), new IscsiSessions(sys), new BlockTree(sys), host.resolve("dev")),
            new PathSizes(devices, bus, steps),
            new LunLimit(sys),
            new BlockTree(sys),
            host.resolve("dev"),
            steps);
    var lun = new Lun(TARGET, List.of(Portal.parse("10.77.1.11:3260,1")), new LunNumber(7), LUN);
    return scan.scan(lun, new Portals.Way(hold, up, Map.of()), hold, deadline).paths();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(5));
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(device.resolve(file), text);
  }

  private void fifo(String file) {
    fifo(device.resolve(file));
  }

  private static void fifo(Path file) {
    var result = new HostExec().run(List.of("mkfifo", file.toString()), soon());
    assertThat(result.ok()).as(result.describe()).isTrue();
  }

  private void kept(Wwid wwid) throws IOException {
    Files.write(device.resolve("vpd_pg83"), page(wwid));
  }

  private static byte[] page(Wwid wwid) {
    return HexFormat.of().parseHex("00830014" + "01030010" + wwid.naa());
  }

  /** Waits, after each step, for the stand-in of the kernel. */
  private record After(Thread kernel) implements StepObserver {
    @Override
    public void before(String name) {}

    @Override
    public void after(String name, long nanos, boolean done) {
      try {
        kernel.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What is behind the address says that it is the LUN. */
  private final class Ours extends UnaskedScsi {
    @Override
    public Reply<DeviceIdentification> identification(Path sg, Deadline deadline) {
      asked.add(sg);
      return new Reply.Answered<>(DeviceIdentification.parse(page(LUN)).orElseThrow());
    }

    @Override
    public Reply<Reservations> reservations(Path sg, Deadline deadline) {
      return reservations;
    }
  }
}
