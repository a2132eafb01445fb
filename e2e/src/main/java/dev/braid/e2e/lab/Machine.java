package dev.braid.e2e.lab;

import dev.braid.linux.exec.Exec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One machine of the lab. Commands may run from many threads at once; power is for one thread.
 *
 * <p>Faults (cables, delay, power) last until they are undone: {@link #heal} does that.
 */
public final class Machine {

  /** Enough for any command that does not wait for something by design. */
  public static final Duration USUAL = Duration.ofSeconds(60);

  /** Three machines at once, emulated, on two very busy cores. A panic ends it sooner. */
  private static final Duration BOOT = Duration.ofSeconds(360);

  private static final String PID_MARK = "braid-lab-pid ";

  private final String name;
  private final Role role;
  private final int octet;
  private final Path folder;
  private final Path programsDisk;
  private final Qemu qemu;
  private final Ssh ssh;
  private final Set<SanNetwork> pulled = EnumSet.noneOf(SanNetwork.class);
  private final Set<SanNetwork> delayed = EnumSet.noneOf(SanNetwork.class);
  private final Map<String, Path> forwards = new LinkedHashMap<>();

  Machine(String name, Role role, int octet, Path folder, Path programsDisk, Qemu qemu, Ssh ssh) {
    this.name = name;
    this.role = role;
    this.octet = octet;
    this.folder = folder;
    this.programsDisk = programsDisk;
    this.qemu = qemu;
    this.ssh = ssh;
  }

  public String name() {
    return name;
  }

  /** The last number of its address in each network. */
  public int octet() {
    return octet;
  }

  public Role role() {
    return role;
  }

  /** Its address on the management network. */
  public String address() {
    return Network.managementAddress(octet);
  }

  /** Its address on a SAN network. */
  public String address(SanNetwork network) {
    return network.address(octet);
  }

  /** The initiator name that the lab gave this node. */
  public String iqn() {
    return "iqn.2026-11.dev.braid.lab:" + name;
  }

  // Commands

  /** Runs a script with bash, as root; whatever it returns is the caller's to judge. */
  public Outcome exec(Duration timeout, String script) {
    return remote(timeout, script, "bash -c " + quote(script));
  }

  /** Runs a program with exactly these arguments. */
  public Outcome exec(Duration timeout, List<String> argv) {
    String line = argv.stream().map(Machine::quote).collect(Collectors.joining(" "));
    return remote(timeout, String.join(" ", argv), line);
  }

  public Outcome exec(String script) {
    return exec(USUAL, script);
  }

  /**
   * Runs a script that must succeed.
   *
   * @return its output, without the last newline
   * @throws LabException with all it said if its exit code is not 0
   */
  public String run(Duration timeout, String script) {
    return exec(timeout, script).throwUnlessOk().text();
  }

  public String run(String script) {
    return run(USUAL, script);
  }

  public String run(List<String> argv) {
    return exec(USUAL, argv).throwUnlessOk().text();
  }

  /**
   * Starts a script that stays.
   *
   * @param stdout gets every line it prints, from another thread
   */
  public Running spawn(String script, Consumer<String> stdout, Consumer<String> stderr) {
    var pid = new CompletableFuture<Long>();
    Consumer<String> lines =
        line -> {
          if (!pid.isDone() && line.startsWith(PID_MARK)) {
            pid.complete(Long.parseLong(line.substring(PID_MARK.length())));
          } else {
            stdout.accept(line);
          }
        };
    String line = "echo " + PID_MARK + "$$; exec bash -c " + quote(script);
    return new Running(this, script, HostProcess.spawn(ssh.command(line), lines, stderr), pid);
  }

  /** Starts a script that is spoken with, line by line. */
  public Conversation converse(String script) {
    return Conversation.start(name + ": " + script, ssh.command("exec bash -c " + quote(script)));
  }

  // Files

  /** Copies a file or folder; a folder that is there already gets it inside. */
  public void copyTo(Path local, String remote) {
    must(Duration.ofMinutes(3), ssh.copyTo(local, remote));
  }

  public void copyFrom(String remote, Path local) {
    must(Duration.ofMinutes(3), ssh.copyFrom(remote, local));
  }

  public String read(String path) {
    return exec(USUAL, List.of("cat", path)).throwUnlessOk().stdout();
  }

  /** Writes a small file, making its folder, for root alone to read. */
  public void write(String path, String content) {
    run(
        "umask 077; mkdir -p \"$(dirname "
            + quote(path)
            + ")\" && printf %s "
            + quote(content)
            + " > "
            + quote(path));
  }

  // Sockets

  /** A unix socket here that leads to one in the machine, also after a reboot. */
  public synchronized Path forward(String remoteUnixSocket) {
    return forwarded(remoteUnixSocket);
  }

  /** A unix socket here that leads to a TCP port of the machine's loopback, also after a reboot. */
  public synchronized Path forwardTcp(int port) {
    return forwarded("127.0.0.1:" + port);
  }

  private Path forwarded(String remote) {
    Path known = forwards.get(remote);
    if (known != null) {
      return known;
    }
    // Another process may use this machine too (BRAID_LAB=reuse): the name must be ours alone.
    Path local = folder.resolve("f" + ProcessHandle.current().pid() + "-" + forwards.size());
    ssh.forward(local, remote);
    forwards.put(remote, local);
    return local;
  }

  // Faults

  /** The machine sees its carrier go; packets on their way are lost. */
  public void pullCable(SanNetwork network) {
    qemu.monitor().link(network.interfaceName(), false);
    pulled.add(network);
  }

  public void plugCable(SanNetwork network) {
    qemu.monitor().link(network.interfaceName(), true);
    pulled.remove(network);
  }

  /** What this machine sends on that network arrives later by so much. */
  public void delay(SanNetwork network, Duration delay) {
    run(
        "tc qdisc replace dev "
            + network.interfaceName()
            + " root netem limit 100000 delay "
            + delay.toMillis()
            + "ms");
    delayed.add(network);
  }

  public void clearDelay(SanNetwork network) {
    exec("tc qdisc delete dev " + network.interfaceName() + " root").ok();
    delayed.remove(network);
  }

  /** Cuts the power: nothing is shut down. What disks had taken is still there at power-on. */
  public void powerCut() {
    qemu.cut();
    ssh.close();
    delayed.clear();
  }

  /** Puts the power back on; returns when the machine is up. Cables that were pulled stay so. */
  public void powerOn() {
    if (!qemu.isRunning()) {
      boot();
    }
  }

  /** An orderly reboot; returns when the machine is up again. */
  public void reboot() {
    String before = bootId();
    try (LineSocket ready = LineSocket.connect(qemu.readySocket())) {
      exec(USUAL, "systemctl reboot");
      ssh.close();
      delayed.clear();
      awaitReady(ready, before);
    } catch (IOException e) {
      throw new LabException(name + ": gone while it rebooted\n" + consoleTail(), e);
    }
    connect();
  }

  /** Plugs a disk in while the machine runs, unless it is in; it has what {@code base} has. */
  public void plug(HotDisk disk, Path base) {
    try {
      qemu.plug(disk, base);
    } catch (IOException e) {
      throw new LabException(name + ": cannot plug in " + disk, e);
    }
  }

  /** Undoes every fault: power on, cables in, no delay. Costs nothing where there is none. */
  public void heal() {
    powerOn();
    Set.copyOf(pulled).forEach(this::plugCable);
    Set.copyOf(delayed).forEach(this::clearDelay);
  }

  public String bootId() {
    return read("/proc/sys/kernel/random/boot_id").strip();
  }

  /** Whether it is running and answers. */
  public boolean isReachable() {
    return qemu.isRunning() && ssh.isOpen();
  }

  // The lab's part

  void boot() {
    try {
      bootOnce();
    } catch (LabException e) {
      Progress.say("lab: " + name + " did not start, trying once more. " + e.getMessage());
      qemu.kill();
      bootOnce();
    }
  }

  void makeDisks() throws IOException {
    Files.createDirectories(folder);
    qemu.makeDisks();
  }

  private void bootOnce() {
    try {
      qemu.launch(programsDisk);
      for (SanNetwork network : pulled) {
        qemu.monitor().link(network.interfaceName(), false);
      }
      try (LineSocket ready = LineSocket.connect(qemu.readySocket())) {
        awaitReady(ready, null);
      }
      qemu.monitor().rebootOnReset();
    } catch (IOException e) {
      throw new LabException(name + ": gone while it started\n" + consoleTail(), e);
    }
    connect();
  }

  private void awaitReady(LineSocket ready, @Nullable String notBoot) throws IOException {
    while (true) {
      String line =
          ready
              .line(BOOT)
              .orElseThrow(
                  () -> new LabException(name + ": not up after " + BOOT + "\n" + consoleTail()));
      String[] words = line.split(" ");
      if (words.length < 3 || !words[0].equals("ready") || words[1].equals(notBoot)) {
        continue;
      }
      if (words.length > 3) {
        throw new LabException(name + ": started, but not whole: " + line + "\n" + consoleTail());
      }
      return;
    }
  }

  /** Opens the connection and what went through it before. */
  synchronized void connect() {
    ssh.open();
    forwards.forEach((remote, local) -> ssh.forward(local, remote));
  }

  /** Ends it for good; its files stay. */
  void end() {
    ssh.close();
    qemu.kill();
  }

  void removeForwards() throws IOException {
    for (Path local : forwards.values()) {
      Files.deleteIfExists(local);
    }
  }

  Qemu qemu() {
    return qemu;
  }

  Path folder() {
    return folder;
  }

  /** Runs a script with its output in a local file; an exit code or a silence is noted in it. */
  void intoFile(Duration timeout, String script, Path file) throws IOException {
    String line = "timeout -k 2 " + timeout.toSeconds() + " bash -c " + quote(script);
    String end;
    try {
      int exit = HostProcess.intoFile(timeout.plusSeconds(10), file, ssh.command(line));
      end = exit == 0 ? "" : "\n[exit code " + exit + "]\n";
    } catch (LabException e) {
      end = "\n[" + e.getMessage() + "]\n";
    }
    Files.writeString(
        file,
        end,
        java.nio.file.StandardOpenOption.CREATE,
        java.nio.file.StandardOpenOption.APPEND);
  }

  String consoleTail() {
    try {
      List<String> lines =
          Files.readAllLines(qemu.console(), java.nio.charset.StandardCharsets.ISO_8859_1);
      List<String> tail = lines.subList(Math.max(0, lines.size() - 20), lines.size());
      return "--- the end of " + qemu.console() + "\n" + String.join("\n", tail);
    } catch (IOException e) {
      return "(no console: " + e.getMessage() + ")";
    }
  }

  /** The limit holds in the machine too, so that nothing runs on there unseen. */
  private Outcome remote(Duration timeout, String said, String line) {
    long start = System.nanoTime();
    String limited = "timeout -k 2 " + Math.max(1, timeout.toSeconds()) + " " + line;
    Exec.Result result = HostProcess.run(timeout.plusSeconds(15), ssh.command(limited));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    var outcome = new Outcome(name, said, result.exit(), result.stdout(), result.stderr(), took);
    if (result.exit() == 255 && !ssh.isOpen()) {
      throw new LabException(name + " does not answer\n" + outcome.describe());
    }
    if (result.exit() == 124 && took.compareTo(timeout) >= 0) {
      throw new LabException(name + ": not done within " + timeout + "\n" + outcome.describe());
    }
    return outcome;
  }

  private void must(Duration timeout, List<String> argv) {
    HostProcess.must(timeout, argv.toArray(String[]::new));
  }

  private static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  static List<String> quoteAll(List<String> words) {
    var quoted = new ArrayList<String>();
    words.forEach(w -> quoted.add(quote(w)));
    return quoted;
  }

  @Override
  public String toString() {
    return name;
  }
}
