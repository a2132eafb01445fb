package dev.braid.e2e.lab;

import dev.braid.linux.exec.Exec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The lab's network namespace: a bridge per network, a tap per machine and network, one address for
 * this host on the management network. No route leads out of it.
 */
final class Network {

  static final String MANAGEMENT = "mgmt";

  /** The largest packet that the SAN's networks take: jumbo frames, with room. */
  private static final int JUMBO = 9216;

  /** The namespace's end of its link to this host. */
  private static final String HOST = "host";

  /** Of the range for tests of networks (RFC 2544), which no real one uses. */
  private static final String HOST_SIDE = "198.18.77.";

  private static final Duration SOON = Duration.ofSeconds(20);

  private final String namespace;

  Network(String namespace) {
    this.namespace = namespace;
  }

  static List<String> bridges() {
    var names = new ArrayList<>(List.of(MANAGEMENT));
    for (SanNetwork san : SanNetwork.values()) {
      names.add(san.interfaceName());
    }
    return names;
  }

  static String tap(String machine, String bridge) {
    return machine + "-" + bridge;
  }

  static String managementAddress(int octet) {
    return "10.77.0." + octet;
  }

  /** A command as it has to be run to see the lab's networks. */
  List<String> inside(List<String> argv) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(argv);
    return all;
  }

  void up(List<String> machines, Path folder) throws IOException {
    HostProcess.must(SOON, "ip", "netns", "add", namespace);
    var batch = new ArrayList<>(List.of("link set lo up"));
    for (String bridge : bridges()) {
      batch.add("link add " + bridge + " type bridge forward_delay 0 stp_state 0");
      // As a switch would: what machines send depends on their own interfaces, which begin at 1500.
      String mtu = bridge.equals(MANAGEMENT) ? "" : " mtu " + JUMBO;
      batch.add("link set " + bridge + mtu + " up");
      for (String machine : machines) {
        String tap = tap(machine, bridge);
        batch.add("tuntap add dev " + tap + " mode tap");
        batch.add("link set " + tap + mtu + " master " + bridge + " up");
      }
    }
    batch.add("address add " + managementAddress(1) + "/24 dev " + MANAGEMENT);
    Path file = folder.resolve("network.batch");
    Files.write(file, batch);
    HostProcess.must(SOON, "ip", "-n", namespace, "-batch", file.toString());
  }

  /**
   * Joins the namespace to this host, so that programs here reach a server there. No packet is
   * forwarded either way: machines still reach nothing of this host but the lab's own servers.
   *
   * @return the namespace's address as seen from this host
   */
  String joinToHost() {
    for (int i = 0; i < 64; i++) {
      String name = "braid-lab" + i;
      // The kernel gives each name once: no other lab can have the same one.
      if (HostProcess.run(
              SOON,
              List.of(
                  "ip", "link", "add", name, "type", "veth", "peer", "name", HOST, "netns",
                  namespace))
          .ok()) {
        String host = HOST_SIDE + (4 * i + 1);
        String own = HOST_SIDE + (4 * i + 2);
        HostProcess.must(SOON, "ip", "address", "add", host + "/30", "dev", name);
        HostProcess.must(SOON, "ip", "link", "set", name, "up");
        HostProcess.must(SOON, "ip", "-n", namespace, "address", "add", own + "/30", "dev", HOST);
        HostProcess.must(SOON, "ip", "-n", namespace, "link", "set", HOST, "up");
        return own;
      }
    }
    throw new LabException("no free name braid-labN for a link to " + namespace);
  }

  /** Ends every process that runs in it, whoever started it: they are all the lab's. */
  void endProcesses() {
    Exec.Result pids = HostProcess.run(SOON, List.of("ip", "netns", "pids", namespace));
    pids.stdout()
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
        .forEach(Network::end);
  }

  private static void end(ProcessHandle process) {
    process.destroyForcibly();
    try {
      process.onExit().get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException("process " + process.pid() + " of the lab does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while process " + process.pid() + " ends", e);
    }
  }

  /** Whether there was one to take away. */
  boolean down() {
    return HostProcess.run(SOON, List.of("ip", "netns", "delete", namespace)).ok();
  }
}
