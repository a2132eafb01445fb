package dev.braid.e2e.stack;

import dev.braid.e2e.lab.Machine;

/**
 * The node plugin a second time on one machine, as there is for a while in an upgrade: the same
 * programs, state and locks, a socket of its own. Closing it leaves the first one alone.
 */
public final class SecondPlugin implements AutoCloseable {

  private static final String SUFFIX = "-second";
  private static final String UNIT = "/run/systemd/system/braid-node" + SUFFIX + ".service";

  private final Node node;

  private SecondPlugin(Node node) {
    this.node = node;
  }

  /** Returns when it answers. */
  public static SecondPlugin start(Machine machine) {
    machine.run(
        "sed 's|/node.env|/node"
            + SUFFIX
            + ".env|' /etc/systemd/system/braid-node.service > "
            + UNIT
            + " && systemctl daemon-reload");
    var second = new SecondPlugin(Node.another(machine, SUFFIX));
    second.node.start();
    return second;
  }

  Node node() {
    return node;
  }

  @Override
  public void close() {
    node.service().stop();
    node.close();
    node.service()
        .machine()
        .run(
            "rm -f "
                + UNIT
                + " /etc/braid/node"
                + SUFFIX
                + ".env /run/braid/csi"
                + SUFFIX
                + ".sock && systemctl daemon-reload");
  }
}
