package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Portal;
import dev.braid.base.PublishContext;
import dev.braid.base.Serial;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NotTrusted;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Step;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Attached;
import dev.braid.initiator.Lun;
import dev.braid.initiator.LunHealth;
import dev.braid.initiator.Reach;
import dev.braid.initiator.TargetHealth;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.block.change.BlockChange;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.DmTarget;
import dev.braid.linux.dm.Pinned;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.filesystem.Blkid;
import dev.braid.linux.filesystem.change.E2fsprogs;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.Mounts;
import dev.braid.linux.mount.change.WritesLostException;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.proc.Programs;
import dev.braid.linux.wait.KernelWaits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A host with one LUN, as far as the verbs see it: its map, the bytes on it, and the mounts. Files
 * and folders are real, in a test's folder. What is done is written down in {@link #journal}, and a
 * process can die at any step: {@link #dieAt}.
 */
final class FakeHost implements Attacher, DeviceMapper, Mounts, BlockDevices, BlockChange, Exec {

  static final VolumeId VOLUME =
      new VolumeId(new PoolName("lab"), new Serial("0123456789abcdef012345678"));
  static final BootId BOOT = new BootId("00000000-0000-4000-8000-000000000001");
  static final DmDevice MAP =
      new DmDevice(
          new DeviceNumber(253, 7), "mpatha", "mpath-" + VOLUME.wwid(), 0, false, false, true);
  static final int MAX_VOLUMES = 77;
  private static final Holders HOLDERS = (device, deadline) -> List.of("process 7 (cat)");
  private static final DeviceNumber DEVTMPFS = new DeviceNumber(0, 5);

  /** What a kill is to a test: nothing of the process catches it. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  final Path folder;
  final List<String> journal = new ArrayList<>();
  final List<String> points = new ArrayList<>();
  final List<MountEntry> mounts = new ArrayList<>();
  final List<StageRecord> attested = new ArrayList<>();
  byte[] bytes = new byte[8 << 20];
  boolean mapped;

  /** Somebody has the device open for himself alone. */
  boolean claimed;

  boolean diesInMke2fs;

  /** The map went, and its number is another's, before it was opened. */
  boolean swapped;

  /** The map goes when it is to be opened. */
  boolean goesAtOpening;

  /** The API does not know this node any more. */
  boolean cannotWithdraw;

  /** multipathd takes the map away once it is made, by an event of an earlier device. */
  boolean vanishes;

  /** An attach takes longer than its call. */
  boolean slow;

  /** Another LUN is behind the address. */
  boolean wrong;

  /** How often the plugin holds the map open. */
  private int pins;

  /** What the kernel waits for before it mounts. */
  Runnable beforeMount = () -> {};

  /** What the kernel waits for before it says how large a device is. */
  Runnable beforeSize = () -> {};

  /** What a look at what is mounted somewhere comes upon. */
  Runnable beforeNumber = () -> {};

  /** What goes on in the kernel, whatever becomes of the plugin's calls. */
  final KernelWaits waits = new KernelWaits(Clock.systemUTC());

  boolean detachFails;

  /** Something that the volume had to write did not get to the storage. */
  boolean writeFails;

  /** The program that writes out cannot be started. */
  boolean cannotWriteOut;

  /** What else goes on while it is written out. */
  Runnable whileWritingOut = () -> {};

  /** A file on the volume is open. */
  boolean busy;

  /** What of the LUN is in reach. */
  Reach.State reach = Reach.State.WORKS;

  /** Whether I/O waits for a path. */
  boolean queueing = true;

  /** How many have the map open, beside mounts. */
  int opened;

  /** For an attach. */
  boolean fit = true;

  /** What else goes on while it is looked whether this host is fit. */
  Runnable whileLooking = () -> {};

  boolean mapReadOnly;
  Optional<LunHealth> health = Optional.empty();
  final List<TargetHealth> targets = new ArrayList<>();

  BootId boot = BOOT;
  private @Nullable String deathPoint;

  FakeHost(Path folder) {
    this.folder = folder;
    make(folder.resolve("state"));
    make(staging());
    make(folder.resolve("pods"));
  }

  private static void make(Path path) {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path staging() {
    return folder.resolve("staging");
  }

  Path target() {
    return folder.resolve("pods/target");
  }

  Path record() {
    return folder.resolve("state").resolve(VOLUME.serial().digits());
  }

  /** The plugin, as it is after a start: it knows nothing but what the host has. */
  Plugin plugin() {
    var steps = new Steps(List.of(new Killer()));
    var locks = new VolumeLocks(new FileLocks(folder.resolve("locks"), Clock.systemUTC()));
    var files = new HostFiles();
    var records = new StageRecords(folder.resolve("state"), boot, files, steps);
    var attestor =
        new Attestor() {
          @Override
          public void gone(VolumeId volume, Optional<StageRecord> record) {
            record.ifPresent(
                gone ->
                    steps.run(
                        "attest",
                        step -> {
                          journal.add("attest " + gone.generation());
                          attested.add(gone);
                        }));
            records.remove(volume);
          }

          @Override
          public void withdraw(VolumeId volume, Generation generation, Deadline deadline) {
            if (cannotWithdraw) {
              records.remove(volume); // which goes first
              throw new NotTrusted("the API does not know this node");
            }
          }
        };
    return plugin(steps, locks, records, attestor);
  }

  private void checkFit(Deadline deadline) {
    whileLooking.run();
    if (!fit) {
      throw new Refused("this host is not fit");
    }
  }

  /** With another way for the node's word. */
  Plugin plugin(Steps steps, VolumeLocks locks, StageRecords records, Attestor attestor) {
    var files = new HostFiles();
    var work = new MapWork(this, waits);
    var fileSystems =
        new FileSystems(work, this, this, new Blkid(this), new E2fsprogs(this), steps);
    var unmount = new Unmount(this, writeOut(steps), HOLDERS, steps);
    var discard = discard(steps, records);
    return new Plugin(
        new StageVolume(
            this::checkFit,
            locks,
            records,
            boot,
            attestor,
            discard,
            this,
            this,
            work,
            fileSystems,
            this::table,
            turned(),
            this,
            steps),
        new UnstageVolume(
            locks, records, this, attestor, this, this::table, turned(), unmount, discard),
        new PublishVolume(locks, this, work, this, this::table, turned(), this, files, steps),
        new UnpublishVolume(locks, this, this, this::table, unmount, discard, files, steps),
        new VolumeWatch(this, work, this, this::table, turned(), wwid -> health),
        targets);
  }

  Discard discard(Steps steps, StageRecords records) {
    return new Discard(
        orders(steps), records, boot, this, this::table, turned(), HOLDERS, Clock.systemUTC());
  }

  private TurnedReadOnly turned() {
    return new TurnedReadOnly(folder.resolve("sys"), folder.resolve("proc"));
  }

  /** As those kernels do whose mounts do not show that it turned read-only. */
  void countErrors(int count, String atErrors) {
    write(folder.resolve("sys/fs/ext4").resolve(MAP.kernelName()).resolve("errors_count"), count);
    write(
        folder.resolve("proc/fs/ext4").resolve(MAP.kernelName()).resolve("options"),
        "rw\nbarrier\n" + atErrors);
  }

  private static void write(Path file, Object text) {
    make(Objects.requireNonNull(file.getParent()));
    try {
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  WriteOut writeOut(Steps steps) {
    return new WriteOut(
        this,
        new FileLocks(folder.resolve("locks"), Clock.systemUTC()),
        new Programs(folder.resolve("proc")),
        unheard(),
        steps);
  }

  UnheardWrites unheard() {
    return new UnheardWrites(unheardFolder(), boot, new HostFiles());
  }

  Path unheardFolder() {
    return folder.resolve("unheard");
  }

  DiscardOrders orders(Steps steps) {
    return new DiscardOrders(orderFolder(), new HostFiles(), steps);
  }

  Path orderFolder() {
    return folder.resolve("discard");
  }

  /** An administrator's command, in a process of its own. */
  OrderDiscard command() {
    var steps = Steps.unobserved();
    return new OrderDiscard(
        new VolumeLocks(new FileLocks(folder.resolve("locks"), Clock.systemUTC())),
        this,
        orders(steps),
        new StageRecords(folder.resolve("state"), boot, new HostFiles(), steps),
        boot,
        Clock.systemUTC());
  }

  /** The four verbs. */
  record Plugin(
      StageVolume stage,
      UnstageVolume unstage,
      PublishVolume publish,
      UnpublishVolume unpublish,
      VolumeWatch watch,
      List<TargetHealth> targets) {

    NodeService service() {
      return new NodeService(
          new NodeName("node1"),
          MAX_VOLUMES,
          stage,
          unstage,
          publish,
          unpublish,
          watch,
          new StorageWatch(() -> targets));
    }
  }

  static PublishContext context(long generation) {
    return new PublishContext(
        new Iqn("iqn.2026-01.dev.braid:lab"),
        List.of(Portal.parse("10.0.1.1:3260,1"), Portal.parse("10.0.2.1:3260,2")),
        new LunNumber(3),
        VOLUME.wwid(),
        new Generation(generation));
  }

  static Deadline deadline() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  /** The process ends at this point, once: {@code before 3} or {@code after 3}. */
  void dieAt(String point) {
    deathPoint = point;
    points.clear();
  }

  private final class Killer implements StepObserver {
    private int count;

    @Override
    public void before(String name) {
      count++;
      reach("before " + count);
    }

    @Override
    public void after(String name, long nanos, boolean done) {
      reach("after " + count);
    }

    private void reach(String point) {
      points.add(point);
      if (point.equals(deathPoint)) {
        deathPoint = null;
        throw new Death();
      }
    }
  }

  // Attacher

  @Override
  public Attached attach(Lun lun, Deadline deadline) {
    journal.add("attach with " + (Files.exists(record()) ? "a" : "no") + " record");
    if (wrong) {
      throw new WrongDevice("another LUN is behind the address");
    }
    mapped = !vanishes;
    if (slow) {
      throw new DeadlinePassed("the map came late");
    }
    return new Attached(lun.wwid(), MAP.node(), 2, bytes.length);
  }

  @Override
  public void detach(Wwid wwid, Deadline deadline) {
    boolean shown =
        mounts.stream().anyMatch(m -> m.device().equals(MAP.number()) || m.root().equals("/dm-7"));
    if (shown || opened > 0) {
      throw new DeviceInUse("held");
    }
    if (detachFails) {
      throw new KernelRefused("iscsid does not answer");
    }
    journal.add("detach");
    mapped = false;
    queueing = true;
  }

  @Override
  public Reach reach(Wwid wwid, Deadline deadline) {
    return new Reach(
        reach,
        reach == Reach.State.WORKS ? "" : "2:0:0:3 (sdb): its session is down, by session 1");
  }

  @Override
  public void stopQueueing(Wwid wwid, Deadline deadline) {
    journal.add("stop queueing");
    queueing = false;
  }

  // DeviceMapper

  @Override
  public List<Named> list() {
    return mapped ? List.of(new Named(MAP.number(), MAP.name())) : List.of();
  }

  @Override
  public Optional<DmDevice> byUuid(String uuid) {
    return Optional.of(map()).filter(m -> mapped && m.uuid().equals(uuid));
  }

  @Override
  public Optional<DmDevice> byName(String name) {
    return Optional.of(map()).filter(m -> mapped && m.name().equals(name));
  }

  @Override
  public Optional<DmDevice> byNumber(DeviceNumber number) {
    return Optional.of(map()).filter(m -> mapped && m.number().equals(number));
  }

  @Override
  public Pinned pin(DmDevice map) {
    mapped &= !goesAtOpening;
    if (swapped || goesAtOpening) {
      throw new KernelRefused("the map mpatha went away while it was opened");
    }
    opened++;
    pins++;
    return new Pinned() {
      @Override
      public DmDevice map() {
        return map;
      }

      @Override
      public void close() {
        opened--;
        pins--;
      }
    };
  }

  /** What is done with the device is done while it is held. */
  private void hold(String what) {
    if (pins == 0) {
      throw new AssertionError(what + " by a name that may be another map's by now");
    }
  }

  private DmDevice map() {
    return new DmDevice(MAP.number(), MAP.name(), MAP.uuid(), opened, false, mapReadOnly, true);
  }

  @Override
  public Optional<List<DmTarget>> table(DmDevice map) {
    return Optional.empty();
  }

  @Override
  public Optional<List<DmTarget>> status(DmDevice map) {
    return Optional.empty();
  }

  @Override
  public Optional<List<DeviceNumber>> dependencies(DmDevice map) {
    return Optional.empty();
  }

  // Mounts

  MountTable table() {
    return new MountTable(mounts);
  }

  void addMount(DeviceNumber device, String root, Path target, String type, String... options) {
    mounts.add(
        new MountEntry(
            mounts.size(), 1, device, root, target, List.of(options), type, "source", List.of()));
  }

  @Override
  public void mount(
      Step step, Path device, Path target, String type, Set<Flag> flags, String data) {
    beforeMount.run();
    hold("mount");
    journal.add("mount " + device + " as " + type + " " + data);
    bytes[1024 + 0x34]++; // ext4 counts its mounts
    addMount(MAP.number(), "/", target, type, flags.contains(Flag.READ_ONLY) ? "ro" : "rw", data);
  }

  @Override
  public void bind(Step step, Path source, Path target) {
    bind(source, target, "rw");
  }

  @Override
  public void bindReadOnly(Step step, Path source, Path target) {
    bind(source, target, "ro");
  }

  private void bind(Path source, Path target, String mode) {
    hold("bind");
    journal.add("bind " + mode);
    if (source.equals(MAP.node())) {
      addMount(DEVTMPFS, "/" + MAP.kernelName(), target, "devtmpfs", mode);
    } else {
      addMount(MAP.number(), "/", target, "ext4", mode);
    }
  }

  @Override
  public void unmount(Step step, Path target) {
    if (busy) {
      throw new DeviceInUse("cannot unmount " + target + ": it is in use");
    }
    journal.add("unmount " + target.getFileName());
    for (int i = mounts.size() - 1; i >= 0; i--) {
      if (mounts.get(i).target().equals(target)) {
        mounts.remove(i);
        return;
      }
    }
  }

  @Override
  public void writeOut(Step step, Path target) throws WritesLostException {
    if (cannotWriteOut) {
      throw new KernelRefused("cannot start sync");
    }
    whileWritingOut.run();
    if (writeFails) {
      writeFails = false; // the kernel says it once
      throw new WritesLostException("the file system at " + target + " could not be written out");
    }
    journal.add("write out " + target.getFileName());
  }

  @Override
  public void unmountLast(Step step, Path target, Deadline deadline) {
    unmount(step, target);
    if (reach != Reach.State.WORKS && queueing) {
      opened++; // out of the table, and waiting in the kernel
      throw new DeadlinePassed("running umount " + target);
    }
  }

  // BlockDevices and BlockChange

  @Override
  public long bytes(Path node) {
    hold("asking");
    beforeSize.run();
    return bytes.length;
  }

  @Override
  public boolean readOnly(Path node) {
    return false;
  }

  @Override
  public int logicalBlock(Path node) {
    return 512;
  }

  @Override
  public byte[] read(Path node, long offset, int length) {
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public Optional<DeviceNumber> number(Path node) {
    beforeNumber.run();
    return table()
        .at(node)
        .filter(e -> e.device().equals(DEVTMPFS))
        .map(e -> new DeviceNumber(253, Integer.parseInt(e.root().substring("/dm-".length()))));
  }

  @Override
  public void flush(Step step, Path node) {}

  @Override
  public void write(Step step, Path node, long offset, byte[] written) {
    if (claimed) {
      throw new DeviceInUse("claimed");
    }
    System.arraycopy(written, 0, bytes, (int) offset, written.length);
  }

  // Exec

  @Override
  public Result run(List<String> argv, Deadline deadline) {
    switch (argv.get(0)) {
      case "blkid" -> {
        return magic()
            ? new Result(argv, 0, "TYPE=ext4\nUSAGE=filesystem\n", "")
            : new Result(argv, 2, "", "");
      }
      case "mke2fs" -> {
        hold("mke2fs");
        journal.add("mke2fs");
        Arrays.fill(bytes, 0, 64 << 10, (byte) 0);
        bytes[300_000] = 1;
        if (diesInMke2fs) {
          diesInMke2fs = false;
          throw new Death();
        }
        bytes[1024 + 0x38] = 0x53;
        bytes[1024 + 0x39] = (byte) 0xef;
        return new Result(argv, 0, "", "");
      }
      case "e2fsck" -> {
        hold("e2fsck");
        journal.add("e2fsck");
        return new Result(argv, 0, "", "");
      }
      default -> throw new AssertionError(argv);
    }
  }

  private boolean magic() {
    return bytes[1024 + 0x38] == 0x53;
  }
}
