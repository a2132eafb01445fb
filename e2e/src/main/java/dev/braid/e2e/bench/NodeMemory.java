package dev.braid.e2e.bench;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.base.step.Steps;
import dev.braid.e2e.kubernetes.LabCluster;
import dev.braid.e2e.kubernetes.Release;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Programs;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.CsiClient;
import dev.braid.e2e.stack.Head;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnstageVolumeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The proportional set size of the node plugin in its container, idle and after 50 attaches whose
 * devices are all there.
 */
final class NodeMemory {

  private static final int ATTACHES = 50;
  private static final long SIZE = 16L << 20;
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final String SOCKET = "/var/lib/kubelet/plugins/braid.dev/csi.sock";

  private static final String PID = "$(pgrep -o -f '[c]si-node/java.args')";

  /** Anonymous memory goes by its first address: heap, classes, compiled code, stacks. */
  private static final String WHERE =
      "awk '/^[0-9a-f]+-[0-9a-f]+ /{n=$6; if(n==\"\"){split($1,a,\"-\"); n=\"anonymous \" a[1]}}"
          + " /^Pss:/{s[n]+=$2} END{for(n in s) print s[n], n}' /proc/"
          + PID
          + "/smaps | sort -rn | head -n 24";

  private NodeMemory() {}

  static List<Row> run() {
    try (Lab lab = Lab.start(Programs.ofThisCheckout())) {
      LabCluster cluster = LabCluster.of(lab);
      Release release = Release.install(cluster);
      Machine node = lab.node1();
      var rows = new ArrayList<Row>();
      rows.add(pss("idle", 0, node));
      try (var client = new CsiClient(node.forward(SOCKET))) {
        client.awaitReady();
        List<VolumeId> volumes = attach(release, node, client);
        rows.add(pss("attached", ATTACHES, node));
        System.out.println("where it lies, in KiB, mappings of a name together:");
        System.out.println(node.run(WHERE));
        for (VolumeId volume : volumes) {
          client
              .node()
              .nodeUnstageVolume(
                  NodeUnstageVolumeRequest.newBuilder()
                      .setVolumeId(volume.toString())
                      .setStagingTargetPath(staging(volume))
                      .build());
        }
        rows.add(pss("detached", ATTACHES, node));
      }
      return rows;
    }
  }

  private static List<VolumeId> attach(Release release, Machine node, CsiClient client) {
    var steps = Steps.unobserved();
    var head = release.head().client();
    var volumes = new ArrayList<VolumeId>();
    for (int i = 0; i < ATTACHES; i++) {
      String name = "bench-" + i;
      var volume =
          steps.call(
              "create",
              step ->
                  head.createVolume(
                      step, new PoolName(Head.POOL), name, SIZE, 0, Deadline.after(CALL)));
      PublishContext context =
          steps.call(
              "publish",
              step ->
                  head.publish(
                      step,
                      volume.id(),
                      new NodeName(node.name()),
                      new Iqn(node.iqn()),
                      false,
                      Deadline.after(CALL)));
      client
          .node()
          .nodeStageVolume(
              NodeStageVolumeRequest.newBuilder()
                  .setVolumeId(volume.id().toString())
                  .putAllPublishContext(context.toMap())
                  .setStagingTargetPath(staging(volume.id()))
                  .setVolumeCapability(Capabilities.block())
                  .build());
      volumes.add(volume.id());
      System.out.println("  attached " + (i + 1) + " of " + ATTACHES);
    }
    return volumes;
  }

  private static String staging(VolumeId volume) {
    return "/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/staging/" + volume.serial();
  }

  private static Row pss(String when, int attaches, Machine node) {
    Optional<String> kilobytes =
        node.run("grep -h ^Pss: /proc/" + PID + "/smaps_rollup").lines().findFirst();
    double mib = Double.parseDouble(kilobytes.orElseThrow().replaceAll("[^0-9]", "")) / 1024;
    return Row.ofValue("node-memory", "braid " + when, attaches, "pss_mib", mib);
  }
}
