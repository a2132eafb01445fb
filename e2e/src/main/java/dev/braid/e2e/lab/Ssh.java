package dev.braid.e2e.lab;

import dev.braid.linux.exec.Exec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One SSH connection to one machine, opened inside the lab's namespace and kept. Whatever comes
 * later goes through its control socket, which is a file: so it needs no namespace, and costs no
 * handshake.
 */
final class Ssh {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration HANDSHAKE = Duration.ofSeconds(60);

  /** Nothing of the user's own configuration; the machine is new and the network closed. */
  private static final List<String> OPTIONS =
      List.of(
          "-F", "/dev/null",
          "-o", "BatchMode=yes",
          "-o", "StrictHostKeyChecking=no",
          "-o", "UserKnownHostsFile=/dev/null",
          "-o", "LogLevel=ERROR",
          "-o", "StreamLocalBindUnlink=yes",
          "-o", "ServerAliveInterval=10",
          "-o", "ServerAliveCountMax=6");

  private final Path control;
  private final Path key;
  private final String address;
  private final Network network;

  Ssh(Path control, Path key, String address, Network network) {
    this.control = control;
    this.key = key;
    this.address = address;
    this.network = network;
  }

  void open() {
    close();
    var argv = new ArrayList<>(List.of("ssh"));
    argv.addAll(OPTIONS);
    argv.addAll(List.of("-i", key.toString(), "-o", "ControlMaster=yes"));
    argv.addAll(List.of("-o", "ConnectTimeout=30", "-S", control.toString(), "-f", "-N"));
    argv.add("root@" + address);
    Exec.Result result = HostProcess.run(HANDSHAKE, network.inside(argv));
    if (!result.ok()) {
      throw new LabException("no SSH to " + address + ": " + result.describe());
    }
  }

  boolean isOpen() {
    return Files.exists(control) && HostProcess.run(SOON, control("check")).ok();
  }

  void close() {
    if (Files.exists(control)) {
      HostProcess.run(SOON, control("exit"));
    }
    try {
      Files.deleteIfExists(control); // of a process that was killed: the next one would not listen
    } catch (IOException e) {
      throw new LabException("cannot remove " + control + ": " + e.getMessage());
    }
  }

  /** The argument list that runs a shell line in the machine. */
  List<String> command(String shellLine) {
    var argv = through("ssh");
    argv.add("root@" + address);
    argv.add("--");
    argv.add(shellLine);
    return argv;
  }

  List<String> copyTo(Path local, String remote) {
    var argv = through("scp");
    argv.addAll(List.of("-q", "-r", "-p", local.toString(), "root@" + address + ":" + remote));
    return argv;
  }

  List<String> copyFrom(String remote, Path local) {
    var argv = through("scp");
    argv.addAll(List.of("-q", "-r", "-p", "root@" + address + ":" + remote, local.toString()));
    return argv;
  }

  /** A local unix socket that leads to a socket or address in the machine. */
  void forward(Path local, String remote) {
    HostProcess.must(SOON, control("forward", "-L", local + ":" + remote).toArray(String[]::new));
  }

  private List<String> control(String verb, String... more) {
    var argv = new ArrayList<>(List.of("ssh"));
    argv.addAll(OPTIONS);
    argv.addAll(List.of("-S", control.toString(), "-O", verb));
    argv.addAll(List.of(more));
    argv.add("root@" + address);
    return argv;
  }

  /**
   * Without the open connection it fails at once, instead of trying a network that is not there.
   */
  private List<String> through(String program) {
    var argv = new ArrayList<>(List.of(program));
    argv.addAll(OPTIONS);
    argv.addAll(List.of("-o", "ControlMaster=no", "-o", "ProxyCommand=false"));
    argv.addAll(List.of("-o", "ControlPath=" + control));
    return argv;
  }
}
