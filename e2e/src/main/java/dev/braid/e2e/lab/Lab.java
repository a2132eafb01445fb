package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running lab: head {@code san1}, nodes {@code node1} and {@code node2}.
 *
 * <p>One that was started here ends when it is closed, and also when this process ends. One that
 * was {@link #attach attached to} goes on.
 */
public final class Lab implements AutoCloseable {

  private final RunFolder folder;
  private final Network network;
  private final Image image;
  private final List<Machine> machines;
  private final Accelerator accelerator;
  private final boolean ours;

  /** Set when this process is told to end while it has a lab. */
  private static volatile boolean interrupted;

  private static @Nullable Thread atExit;

  private Lab(
      RunFolder folder, Network network, Image image, Accelerator accelerator, boolean ours) {
    this.folder = folder;
    this.network = network;
    this.image = image;
    this.ours = ours;
    this.accelerator = accelerator;
    this.machines =
        List.of(
            machine("san1", Role.HEAD, 11, image, accelerator),
            machine("node1", Role.NODE, 21, image, accelerator),
            machine("node2", Role.NODE, 22, image, accelerator));
  }

  /** Starts a lab for this process: at most a few minutes where there is no image yet. */
  public static Lab start(Programs programs) {
    return start(programs, Packages.LAB);
  }

  /** The same, with an image that has these packages. */
  public static Lab start(Programs programs, Packages packages) {
    RunFolder folder = RunFolder.ofThisProcess();
    // Before the first machine: a person may press Ctrl-C while they start.
    atExit = new Thread(() -> endInterrupted(folder), "lab-end");
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      return start(folder, programs, packages, true);
    } catch (RuntimeException e) {
      forgetHook();
      throw e;
    }
  }

  /** Whether this process was told to end: what fails then fails because of that. */
  public static boolean isInterrupted() {
    return interrupted;
  }

  private static void endInterrupted(RunFolder folder) {
    interrupted = true;
    Progress.say("lab: interrupted, ending the machines");
    try {
      end(folder);
      Progress.say("lab: ended, nothing of it is left running");
    } catch (IOException | RuntimeException e) {
      Progress.say("lab: " + folder.path() + " did not end well, try make lab-down: " + e);
    }
  }

  private static void forgetHook() {
    Thread hook = atExit;
    if (hook != null && !interrupted) {
      Runtime.getRuntime().removeShutdownHook(hook);
      atExit = null;
    }
  }

  /** Starts the lab that goes on when this process ends. */
  static Lab startShared(Programs programs) {
    return start(RunFolder.shared(), programs, Packages.LAB, false);
  }

  /**
   * The lab that {@code make lab} left running. Its machines keep what earlier users did to them.
   *
   * @throws LabException if there is none
   */
  public static Lab attach() {
    RunFolder folder = RunFolder.shared();
    if (!sharedIsThere()) {
      throw new LabException("no lab is running in " + folder.path() + "; `make lab` starts one");
    }
    Image image = new Image(Path.of(read(folder.path().resolve("image"))));
    var accelerator = Accelerator.valueOf(read(folder.path().resolve("accelerator")));
    Lab lab = new Lab(folder, new Network(folder.namespace()), image, accelerator, false);
    for (Machine machine : lab.machines) {
      if (!machine.isReachable()) {
        machine.powerOn();
        machine.connect();
      }
    }
    return lab;
  }

  static boolean sharedIsThere() {
    return Files.exists(RunFolder.shared().path().resolve("started"));
  }

  private static Lab start(RunFolder folder, Programs programs, Packages packages, boolean ours) {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new LabException("the lab makes a network namespace and needs root: use sudo");
    }
    try {
      endAbandoned();
      // What is left of one that ended badly.
      end(folder);
      folder.make();
      if (ours) {
        folder.own();
      }
      Image image = Image.get(packages);
      Accelerator accelerator = Accelerator.find(image);
      var lab = new Lab(folder, new Network(folder.namespace()), image, accelerator, ours);
      try {
        Progress.say("lab: machines run with " + accelerator.description());
        lab.up(programs, image);
        Files.writeString(folder.path().resolve("image"), image.folder().toString());
        Files.writeString(folder.path().resolve("accelerator"), accelerator.name());
        Files.writeString(folder.path().resolve("started"), "");
        return lab;
      } catch (IOException | RuntimeException e) {
        if (!interrupted) {
          lab.collectLogs(Repository.root().resolve("e2e/target/lab-logs/start"));
          lab.endQuietly();
        }
        throw e;
      }
    } catch (IOException e) {
      throw new LabException("cannot start the lab in " + folder.path(), e);
    }
  }

  private void up(Programs programs, Image image) throws IOException {
    Path key = key();
    HostProcess.must(
        Duration.ofSeconds(20),
        "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        "braid-lab",
        "-f",
        key.toString());
    programs.makeDisk(
        programsDisk(), folder.path().resolve("programs"), Path.of(key + ".pub"), image);
    network.up(machines.stream().map(Machine::name).toList(), folder.path());
    String names = machines.stream().map(Machine::name).collect(Collectors.joining(", "));
    Progress.during(
        "lab: starting " + names,
        () -> {
          long start = System.nanoTime();
          onEach(
              machine -> {
                machine.makeDisks();
                machine.boot();
                long seconds = Math.round((System.nanoTime() - start) / 1e9);
                Progress.say("lab: " + machine + " is up after " + seconds + " s");
              });
          return names;
        });
  }

  public Machine san1() {
    return machine("san1");
  }

  public Machine node1() {
    return machine("node1");
  }

  public Machine node2() {
    return machine("node2");
  }

  public List<Machine> machines() {
    return machines;
  }

  public Machine machine(String name) {
    return machines.stream()
        .filter(m -> m.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new LabException("no machine is called " + name));
  }

  public Path folder() {
    return folder.path();
  }

  /** One line on what it is made of. */
  public String summary() {
    return machines.size() + " machines, " + accelerator.description();
  }

  /**
   * Starts a program of this host in the lab's network, where it sees the machines and nothing
   * else.
   *
   * @param log gets all it prints, after what is in it already
   */
  public LabProcess startInNetwork(Path program, Map<String, String> environment, Path log) {
    return LabProcess.start(network.inside(List.of(program.toString())), environment, log);
  }

  /**
   * The same, for a program with arguments that another process may have to find again.
   *
   * @param log gets all it prints, after what is in it already
   */
  public LabProcess startInNetwork(List<String> argv, Path log) {
    return LabProcess.start(network.inside(argv), Map.of(), log);
  }

  /** This host's address in the lab's network, as machines see it. */
  public String hostAddress() {
    return Network.managementAddress(1);
  }

  /** The lab's network's address as this host sees it; joins the two if they are not yet. */
  public synchronized String addressFromHost() {
    Path known = folder.path().resolve("address-from-host");
    try {
      if (!Files.exists(known)) {
        Files.writeString(known, network.joinToHost());
      }
    } catch (IOException e) {
      throw new LabException("cannot write " + known, e);
    }
    return read(known);
  }

  /** A disk with these container images in containerd's folder, for {@link HotDisk#CONTAINERD}. */
  public Path diskWithImages(List<Path> tars) {
    var arguments = new ArrayList<String>();
    arguments.add(image.folder().toString());
    tars.forEach(tar -> arguments.add(tar.toString()));
    return Cached.folder("e2e/lab/seed-images", arguments).resolve("containerd.qcow2");
  }

  /** Undoes every fault in every machine. */
  public void heal() {
    onEach(Machine::heal);
  }

  /** Everything there is to know about every machine, in one folder each. Never fails. */
  public void collectLogs(Path into) {
    onEach(machine -> LogCollection.collect(machine, into.resolve(machine.name())));
  }

  /** Ends the lab if it was started here, and removes all of it; otherwise leaves it as it is. */
  @Override
  public void close() {
    try {
      if (interrupted) {
        return; // it ends already
      }
      if (ours) {
        end(folder);
        forgetHook();
      } else {
        for (Machine machine : machines) {
          machine.removeForwards();
        }
      }
    } catch (IOException e) {
      throw new LabException("cannot end the lab in " + folder.path(), e);
    }
  }

  /** Ends what {@code make lab} started; false if there was nothing. */
  static boolean endShared() throws IOException {
    boolean there = Files.exists(RunFolder.shared().path());
    end(RunFolder.shared());
    return there;
  }

  static void endAbandoned() throws IOException {
    for (RunFolder old : RunFolder.abandoned()) {
      Progress.say("lab: ending " + old.path() + ", whose owner is gone");
      end(old);
    }
  }

  /** Works from the folder alone, so it also ends what was only half started. */
  private static void end(RunFolder folder) throws IOException {
    var network = new Network(folder.namespace());
    if (Files.exists(folder.path())) {
      // Image and accelerator do not matter to end a machine.
      new Lab(folder, network, new Image(folder.path()), Accelerator.TCG, false)
          .onEach(Machine::end);
    }
    network.endProcesses();
    network.down();
    folder.delete();
  }

  private void endQuietly() {
    try {
      end(folder);
    } catch (IOException | RuntimeException e) {
      Progress.say("lab: " + folder.path() + " did not end well: " + e.getMessage());
    }
  }

  private Machine machine(String name, Role role, int octet, Image image, Accelerator accelerator) {
    Path own = folder.path().resolve(name);
    return new Machine(
        name,
        role,
        octet,
        own,
        programsDisk(),
        new Qemu(name, role, octet, own, image, accelerator, network),
        new Ssh(own.resolve("ssh"), key(), Network.managementAddress(octet), network));
  }

  private Path key() {
    return folder.path().resolve("key");
  }

  private Path programsDisk() {
    return folder.path().resolve("programs.img");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }

  @FunctionalInterface
  private interface Work {
    void on(Machine machine) throws Exception;
  }

  /** All machines at once; waits for all; throws the first failure, with the others in it. */
  private void onEach(Work work) {
    ExecutorService threads = Executors.newFixedThreadPool(machines.size());
    try {
      var tasks = new ArrayList<Callable<Void>>();
      for (Machine machine : machines) {
        tasks.add(
            () -> {
              work.on(machine);
              return null;
            });
      }
      var failures = new ArrayList<Throwable>();
      for (Future<Void> future : threads.invokeAll(tasks)) {
        try {
          future.get();
        } catch (ExecutionException e) {
          failures.add(e.getCause() == null ? e : e.getCause());
        }
      }
      if (!failures.isEmpty()) {
        var all =
            new LabException(
                failures.stream()
                    .map(f -> String.valueOf(f.getMessage()))
                    .collect(Collectors.joining("\n")),
                failures.get(0));
        failures.stream().skip(1).forEach(all::addSuppressed);
        throw all;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public String toString() {
    return "lab in " + folder.path() + Arrays.toString(machines.toArray());
  }
}
