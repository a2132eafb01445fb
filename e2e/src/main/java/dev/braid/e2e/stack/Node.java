package dev.braid.e2e.stack;

import dev.braid.e2e.lab.Machine;
import java.util.HashMap;
import java.util.Map;

/** The node plugin of one machine, as a service there. */
public final class Node implements AutoCloseable {

  public static final String KILL_POINTS = "/run/braid-kill";

  private final Service service;
  private final CsiClient client;

  /** Records its steps, and can be killed at them. */
  Node(Machine machine) {
    this(machine, "", Map.of("BRAID_KILL_POINT_FOLDER", KILL_POINTS));
  }

  /** As a node has it, but for these settings. */
  public Node(Machine machine, Map<String, String> settings) {
    this(machine, "", settings);
  }

  private Node(Machine machine, String suffix, Map<String, String> more) {
    String socket = "/run/braid/csi" + suffix + ".sock";
    var settings = new HashMap<>(more);
    settings.put("BRAID_NODE_NAME", machine.name());
    settings.put("BRAID_ENDPOINT", "unix://" + socket);
    service =
        new Service(
            machine,
            "braid-node" + suffix,
            "/etc/braid/node" + suffix + ".env",
            Map.copyOf(settings));
    client = new CsiClient(machine.forward(socket));
  }

  /**
   * Another process of the plugin, with the same state and locks and a socket of its own.
   *
   * @param suffix of its unit, which is there, and of what is its own
   */
  static Node another(Machine machine, String suffix) {
    return new Node(machine, suffix, Map.of());
  }

  public CsiClient client() {
    return client;
  }

  public Service service() {
    return service;
  }

  /** Starts it; returns when it answers. */
  public void start() {
    service.machine().run("mkdir -p /var/lib/kubelet");
    service.start();
    client.awaitReady();
  }

  /** After a kill or a reboot: starts it again, and returns when it answers. */
  public void restart() {
    service.start();
    client.awaitReady();
  }

  /** An administrator's order, given on the machine, that what was not written may be lost. */
  public void orderDiscard(LabVolume volume, String by, String reason) {
    service.runOnce(
        "/opt/braid/csi-node/bin/braid-node discard "
            + volume.id()
            + " --by '"
            + by
            + "' --reason '"
            + reason
            + "'");
  }

  /** Removes what the machine keeps of volumes over a reboot. */
  void forgetAll() {
    service
        .machine()
        .run(
            "rm -rf /etc/iscsi/nodes/* /var/lib/braid /var/lib/kubelet/plugins"
                + " /var/lib/kubelet/pods; : > /etc/multipath/wwids; : > /etc/multipath/bindings");
  }

  @Override
  public void close() {
    client.close();
  }
}
