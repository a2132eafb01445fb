package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One machine's hardware: its disks, its cards, its power. All its state is in its folder. */
final class Qemu {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int HEAD_MEGABYTES = 1536;

  /** Room for kubelet, containerd and pods; what is not used costs nothing. */
  private static final int NODE_MEGABYTES = 2048;

  private static final String POOL_SIZE = "16G";

  /** What only slows a machine down that is emulated, and nobody attacks. */
  private static final String KERNEL =
      "rdinit=/braid-init console=ttyS0 8250.nr_uarts=1 quiet loglevel=4 net.ifnames=0 mitigations=off"
          + " init_on_alloc=0 audit=0 apparmor=0 selinux=0 nowatchdog cryptomgr.notests"
          // A panic ends a start at once, and not by the boot's time limit.
          + " panic=-1"
          + " rcupdate.rcu_expedited=1 systemd.show_status=0";

  private final String name;
  private final Role role;
  private final int octet;
  private final Path folder;
  private final Image image;
  private final Accelerator accelerator;
  private final Network network;

  Qemu(
      String name,
      Role role,
      int octet,
      Path folder,
      Image image,
      Accelerator accelerator,
      Network network) {
    this.name = name;
    this.role = role;
    this.octet = octet;
    this.folder = folder;
    this.image = image;
    this.accelerator = accelerator;
    this.network = network;
  }

  Path readySocket() {
    return folder.resolve("ready.sock");
  }

  Path console() {
    return folder.resolve("console.log");
  }

  Monitor monitor() {
    return new Monitor(folder.resolve("qmp.sock"));
  }

  /** New disks: what an earlier machine of this name wrote is gone. */
  void makeDisks() throws IOException {
    HostProcess.must(
        SOON,
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-F",
        "raw",
        "-b",
        image.disk().toString(),
        rootDisk().toString());
    if (role == Role.HEAD) {
      Files.deleteIfExists(poolDisk());
      HostProcess.must(
          SOON,
          "mke2fs",
          "-q",
          "-F",
          "-t",
          "ext4",
          "-E",
          "lazy_itable_init=1,nodiscard",
          "-L",
          "braid-pool",
          poolDisk().toString(),
          POOL_SIZE);
    }
  }

  /** Puts the power on. Returns when QEMU runs; the machine then boots. */
  void launch(Path programsDisk) throws IOException {
    for (String stale : List.of("pid", "ready.sock", "qmp.sock")) {
      Files.deleteIfExists(folder.resolve(stale));
    }
    var argv = new ArrayList<>(List.of("qemu-system-x86_64", "-name", "braid-" + name));
    argv.addAll(List.of("-M", "q35", "-m", String.valueOf(megabytes())));
    argv.addAll(accelerator.arguments());
    argv.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-rtc", "base=utc"));
    argv.addAll(List.of("-daemonize", "-pidfile", folder.resolve("pid").toString()));
    argv.addAll(List.of("-kernel", image.kernel().toString()));
    argv.addAll(List.of("-initrd", image.initrd().toString(), "-append"));
    argv.add(
        KERNEL + " braid.name=" + name + " braid.role=" + role.word() + " braid.octet=" + octet);
    disk(argv, "braid-root", "file=" + rootDisk() + ",format=qcow2,cache=unsafe,discard=unmap");
    disk(argv, "braid-programs", "file=" + programsDisk + ",format=raw,readonly=on");
    if (role == Role.HEAD) {
      disk(argv, "braid-pool", "file=" + poolDisk() + ",format=raw,cache=unsafe,discard=unmap");
    }
    for (HotDisk hot : role == Role.NODE ? HotDisk.values() : new HotDisk[0]) {
      // A slot for each, so that they can be plugged in while the machine runs.
      argv.addAll(
          List.of("-device", "pcie-root-port,id=" + hot.slot() + ",chassis=" + hot.chassis()));
      if (Files.exists(hot.in(folder))) {
        disk(argv, hot.serial(), hot.drive(folder), ",bus=" + hot.slot());
      }
    }
    int number = 0;
    for (String bridge : Network.bridges()) {
      String mac = String.format(Locale.ROOT, "52:54:00:77:%02d:%02d", number++, octet);
      String tap = Network.tap(name, bridge);
      argv.addAll(
          List.of(
              "-netdev", "tap,id=net-" + bridge + ",ifname=" + tap + ",script=no,downscript=no"));
      argv.addAll(
          List.of(
              "-device",
              "virtio-net-pci,id=" + bridge + ",netdev=net-" + bridge + ",romfile=,mac=" + mac));
    }
    argv.addAll(List.of("-serial", "file:" + console()));
    argv.addAll(List.of("-action", "reboot=shutdown"));
    argv.addAll(List.of("-qmp", "unix:" + folder.resolve("qmp.sock") + ",server=on,wait=off"));
    argv.addAll(List.of("-device", "virtio-serial-pci"));
    argv.addAll(
        List.of("-chardev", "socket,id=ready,path=" + readySocket() + ",server=on,wait=off"));
    argv.addAll(List.of("-device", "virtserialport,chardev=ready,name=braid.ready"));
    keepConsole();
    HostProcess.must(SOON, network.inside(argv).toArray(String[]::new));
  }

  private static void disk(List<String> argv, String serial, String drive) {
    disk(argv, serial, drive, "");
  }

  private static void disk(List<String> argv, String serial, String drive, String more) {
    argv.addAll(List.of("-drive", drive + ",if=none,id=" + serial));
    argv.addAll(List.of("-device", "virtio-blk-pci,drive=" + serial + ",serial=" + serial + more));
  }

  /** Plugs a disk into the running machine; it is there after each later power-on too. */
  void plug(HotDisk hot, Path base) throws IOException {
    Path file = hot.in(folder);
    if (Files.exists(file)) {
      return;
    }
    HostProcess.must(
        SOON,
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-F",
        hot.baseFormat(),
        "-b",
        base.toString(),
        file.toString());
    monitor().plug(hot, file);
  }

  private int megabytes() {
    return role == Role.HEAD ? HEAD_MEGABYTES : NODE_MEGABYTES;
  }

  boolean isRunning() {
    return process().isPresent();
  }

  /**
   * Cuts the power: the processors stop at once, whatever they were doing. Disks keep what they had
   * taken; QEMU's own file formats stay whole.
   */
  void cut() {
    Optional<ProcessHandle> process = process();
    if (process.isEmpty()) {
      return;
    }
    try {
      monitor().stop();
      monitor().quit();
    } catch (LabException e) {
      Progress.say("lab: " + name + ": QEMU does not listen, it is killed: " + e.getMessage());
      process.get().destroyForcibly();
    }
    awaitEnd(process.get());
  }

  /** Ends exactly the process that the pid file names, if it is still that one. */
  void kill() {
    process()
        .ifPresent(
            process -> {
              process.destroyForcibly();
              awaitEnd(process);
            });
  }

  private void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException(name + ": QEMU (" + process.pid() + ") does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(name + ": interrupted while QEMU ends", e);
    }
  }

  /** Pids are used again: the process must have this machine's pid file in its arguments. */
  private Optional<ProcessHandle> process() {
    Path file = folder.resolve("pid");
    try {
      long pid = Long.parseLong(Files.readString(file).strip());
      String arguments = Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline"));
      return arguments.contains(file.toString()) ? ProcessHandle.of(pid) : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * QEMU begins the console's file anew at each start; the last power cut's story is worth keeping.
   */
  private void keepConsole() throws IOException {
    if (Files.exists(console())) {
      int n = 1;
      while (Files.exists(folder.resolve("console." + n + ".log"))) {
        n++;
      }
      Files.move(console(), folder.resolve("console." + n + ".log"));
    }
  }

  private Path rootDisk() {
    return folder.resolve("root.qcow2");
  }

  private Path poolDisk() {
    return folder.resolve("pool.img");
  }
}
