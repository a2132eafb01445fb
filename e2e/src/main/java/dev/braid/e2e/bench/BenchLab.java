package dev.braid.e2e.bench;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Portal;
import dev.braid.base.PublishContext;
import dev.braid.base.step.Steps;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Packages;
import dev.braid.e2e.lab.Programs;
import dev.braid.e2e.lab.Progress;
import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.stack.Certificates;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.Node;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A head with four portals, a node with Braid's plugin and the programs that it is compared with,
 * and LUNs that are published to the node. The second node's power is off: it would only take
 * processor time.
 */
final class BenchLab implements AutoCloseable {

  /** Where the plugin tells its metrics. */
  static final int METRICS = 9808;

  /** So that hundreds of them have room in the head's pool. */
  private static final long SIZE = 32L << 20;

  /** As many others are attached or detached at a time. */
  private static final int AT_ONCE = 10;

  private static final Duration CALL = Duration.ofSeconds(60);

  private final Lab lab;
  private final Head head;
  private final Node node;
  private final Map<Subject, Guest> guests = new EnumMap<>(Subject.class);
  private final List<BenchLun> luns = new ArrayList<>();
  private final Steps steps = Steps.unobserved();

  private BenchLab(Lab lab, Head head, Node node) {
    this.lab = lab;
    this.head = head;
    this.node = node;
  }

  static BenchLab start() {
    Lab lab = Lab.start(Programs.ofThisCheckout(), Packages.BENCH);
    try {
      lab.node2().powerCut();
      var certificates = Certificates.make(lab.folder().resolve("certificates"));
      var head = new Head(lab.san1(), certificates, portals(lab.san1()));
      var node = new Node(lab.node1(), Map.of("BRAID_HEALTH_PORT", String.valueOf(METRICS)));
      Progress.during(
          "bench: starting the agent and the node plugin",
          () -> {
            head.start();
            node.start();
            return "";
          });
      lab.node1().write(Guest.PROGRAM, program());
      return new BenchLab(lab, head, node);
    } catch (RuntimeException e) {
      try (lab) {
        throw e; // with what may go wrong at the close
      }
    }
  }

  /** Two on each network, so that there are four paths; those of the tags 1 and 2 are apart. */
  private static List<Portal> portals(Machine san) {
    String a = san.address(SanNetwork.A);
    String b = san.address(SanNetwork.B);
    int second = Portal.DEFAULT_PORT + 1;
    return List.of(
        new Portal(a, Portal.DEFAULT_PORT, 1),
        new Portal(b, Portal.DEFAULT_PORT, 2),
        new Portal(a, second, 3),
        new Portal(b, second, 4));
  }

  private static String program() {
    try (InputStream in = BenchLab.class.getResourceAsStream("subjects.py")) {
      if (in == null) {
        throw new IllegalStateException("subjects.py is not among this program's resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One line on what it runs on. */
  String summary() {
    return lab.summary();
  }

  Machine node() {
    return lab.node1();
  }

  /** The subject's program, started when it is wanted first. */
  Guest guest(Subject subject) {
    return guests.computeIfAbsent(
        subject,
        s -> Progress.during("bench: starting " + s.text(), () -> Guest.start(lab.node1(), s)));
  }

  /**
   * So many LUNs over so many portals. Every new LUN makes the head tell each session of it, at its
   * next command to each of its other LUNs; that would be measured. So none is made while there is
   * a session.
   */
  List<BenchLun> luns(int count, int portals) {
    if (luns.size() < count) {
      String sessions = lab.node1().run("ls /sys/class/iscsi_session 2> /dev/null || true");
      if (!sessions.isEmpty()) {
        throw new LabException(
            "LUNs are made before the first session, and an earlier case left: " + sessions);
      }
      Progress.during(
          "bench: publishing " + (count - luns.size()) + " more volumes",
          () -> {
            while (luns.size() < count) {
              luns.add(publish("bench-" + luns.size()));
            }
            return "";
          });
    }
    return luns.subList(0, count).stream().map(lun -> lun.over(portals)).toList();
  }

  private BenchLun publish(String name) {
    var client = head.client();
    var volume =
        steps.call(
            "create",
            step ->
                client.createVolume(
                    step, new PoolName(Head.POOL), name, SIZE, 0, Deadline.after(CALL)));
    PublishContext context =
        steps.call(
            "publish",
            step ->
                client.publish(
                    step,
                    volume.id(),
                    new NodeName(lab.node1().name()),
                    new Iqn(lab.node1().iqn()),
                    false,
                    Deadline.after(CALL)));
    return new BenchLun(volume.id(), context);
  }

  /**
   * Attached by Braid, some at a time, as long as the work runs; so the sessions are up. What a
   * failed work leaves, the lab's end takes away.
   */
  void during(List<BenchLun> others, Work work) throws Exception {
    Guest braid = guest(Subject.BRAID);
    Progress.during(
        "bench: attaching " + others.size() + " others",
        () -> {
          for (int i = 0; i < others.size(); i += AT_ONCE) {
            braid.measure("attach", others.subList(i, Math.min(others.size(), i + AT_ONCE)));
          }
          return "";
        });
    work.run();
    Progress.during(
        "bench: detaching " + others.size() + " others",
        () -> {
          for (int i = 0; i < others.size(); i += AT_ONCE) {
            braid.measure("detach", others.subList(i, Math.min(others.size(), i + AT_ONCE)));
          }
          return "";
        });
  }

  /** What goes on while the others are attached. */
  interface Work {
    void run() throws Exception;
  }

  /** All there is to know of every machine, after a failure. */
  void collectLogs() {
    var folder = Repository.root().resolve("e2e/target/lab-logs/bench");
    lab.collectLogs(folder);
    Progress.say("bench: every log is in " + folder);
  }

  @Override
  public void close() {
    guests.values().forEach(Guest::close);
    node.close();
    head.close();
    lab.close();
  }
}
