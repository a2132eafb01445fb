package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lab's network namespace: a bridge per network, a tap per machine and network, one address for
 * this host on the management network. No route leads out of it.
 */
final class Network {

  static final String MANAGEMENT = "mgmt";

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
      batch.add("link set " + bridge + " up");
      for (String machine : machines) {
        String tap = tap(machine, bridge);
        batch.add("tuntap add dev " + tap + " mode tap");
        batch.add("link set " + tap + " master " + bridge + " up");
      }
    }
    batch.add("address add " + managementAddress(1) + "/24 dev " + MANAGEMENT);
    Path file = folder.resolve("network.batch");
    Files.write(file, batch);
    HostProcess.must(SOON, "ip", "-n", namespace, "-batch", file.toString());
  }

  /**
   * Ends what still runs in it, which is nobody's but the lab's, and takes it away.
   *
   * @return whether there was one
   */
  boolean down() {
    // Also a machine that was being started while the lab is ended.
    HostProcess.run(SOON, List.of("ip", "netns", "pids", namespace))
        .stdout()
        .lines()
        .map(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
        .flatMap(Optional::stream)
        .forEach(ProcessHandle::destroyForcibly);
    return HostProcess.run(SOON, List.of("ip", "netns", "delete", namespace)).ok();
  }
}
