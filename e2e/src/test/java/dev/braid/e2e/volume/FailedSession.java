package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.Wait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Why no session comes about, each made for real in both networks, until it is undone. */
enum FailedSession {
  NO_ROUTE("has no route to", "give it an address") {
    @Override
    Undo make(Machine head, Machine node) {
      var again = new ArrayList<String>();
      for (SanNetwork network : SanNetwork.values()) {
        String device = network.interfaceName();
        String route = node.run("ip route show dev " + device + " proto kernel").strip();
        node.run("ip route delete " + route + " dev " + device);
        again.add("ip route add " + route + " dev " + device + " proto kernel");
      }
      return () -> again.forEach(node::run);
    }
  },
  NO_NEIGHBOUR("nobody in the network has the address", "cable, switch port and VLAN") {
    @Override
    Undo make(Machine head, Machine node) {
      List.of(SanNetwork.values()).forEach(node::pullCable);
      return () -> List.of(SanNetwork.values()).forEach(node::plugCable);
    }
  },
  NO_ANSWER("nothing comes back from", "packet filters") {
    @Override
    Undo make(Machine head, Machine node) {
      return filter(head, "tcp dport 3260 drop");
    }
  },
  PORT_CLOSED("nobody listens at", "start the agent") {
    @Override
    Undo make(Machine head, Machine node) {
      return unserved(head, node);
    }
  },
  /** An interface's MTU is larger than what passes; this small, so that a login shows it. */
  MTU("do not get to", "set the same MTU") {
    @Override
    Undo make(Machine head, Machine node) {
      return filter(head, "meta length > 200 drop");
    }
  },
  LOGIN_TIMEOUT("does not answer a login", "kernel log") {
    @Override
    Undo make(Machine head, Machine node) {
      return filter(head, "tcp dport 3260 meta length > 120 drop");
    }
  },
  NOT_ISCSI("does not speak iSCSI", "address and port") {
    @Override
    Undo make(Machine head, Machine node) {
      return listener(head, node, "greet");
    }
  },
  REDIRECTED("sends initiators to", ":3261") {
    @Override
    Undo make(Machine head, Machine node) {
      return listener(head, node, "redirect " + head.address(SanNetwork.A) + ":3261");
    }
  },
  TARGET_DISABLED("does not serve the target", "does its agent run") {
    @Override
    Undo make(Machine head, Machine node) {
      head.run("for e in " + ENABLE + "; do echo 0 > $e; done");
      return () -> head.run("for e in " + ENABLE + "; do echo 1 > $e; done");
    }
  };

  private static final String ENABLE =
      "/sys/kernel/config/target/iscsi/" + Head.TARGET + "/tpgt_*/enable";
  private static final String TABLE = "inet braid_lab_failed";
  private static final String UNIT = "braid-lab-listener";
  private static final String LISTENER = "/run/braid-lab-listener.py";

  private final List<String> said;

  FailedSession(String... said) {
    this.said = List.of(said);
  }

  abstract Undo make(Machine head, Machine node);

  /** In a call's error: what it is, and what to look at. */
  List<String> said() {
    return said;
  }

  private static Undo filter(Machine head, String rule) {
    head.run(
        "nft 'table "
            + TABLE
            + " { chain input { type filter hook input priority 0; iifname { "
            + SanNetwork.A.interfaceName()
            + ", "
            + SanNetwork.B.interfaceName()
            + " } "
            + rule
            + "; }; }'");
    return () -> head.run("nft delete table " + TABLE);
  }

  /** The target is there, and its portals are not, as when the agent has not started yet. */
  private static Undo unserved(Machine head, Machine node) {
    var byHand = new HeadByHand(head, node);
    List.of(SanNetwork.values()).forEach(network -> byHand.serve(network, false));
    return () -> List.of(SanNetwork.values()).forEach(network -> byHand.serve(network, true));
  }

  private static Undo listener(Machine head, Machine node, String arguments) {
    Undo unserved = unserved(head, node);
    try {
      head.write(
          LISTENER,
          Files.readString(
              Repository.root()
                  .resolve("e2e/src/test/resources/dev/braid/e2e/volume/listener.py")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    head.run("systemd-run -q --unit " + UNIT + " python3 " + LISTENER + " " + arguments);
    Wait.until(
        "somebody else listens at the portals",
        Duration.ofSeconds(20),
        () -> !head.run("ss -Hltn 'sport = :3260'").isBlank());
    return () -> {
      head.run("systemctl stop " + UNIT);
      unserved.close();
    };
  }
}
