package dev.braid.e2e.stack;

import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Progress;
import dev.braid.proto.csi.v1.CapacityRange;
import dev.braid.proto.csi.v1.ControllerPublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.DeleteVolumeRequest;
import dev.braid.proto.csi.v1.NodeGetStorageHealthRequest;
import dev.braid.proto.csi.v1.NodeGetStorageHealthResponse.StorageBackendHealth;
import dev.braid.proto.csi.v1.NodeGetVolumeHealthRequest;
import dev.braid.proto.csi.v1.NodeGetVolumeStatsRequest;
import dev.braid.proto.csi.v1.NodeGetVolumeStatsResponse;
import dev.braid.proto.csi.v1.NodePublishVolumeRequest;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeHealth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Braid deployed in a lab, and the calls of a volume's life in the words of the tests. One method
 * is one call; nothing is repeated or mended on the way.
 */
public final class Stack implements AutoCloseable {

  /** Of several calls at once, none removes the folder that another is making one in. */
  private static final String FOLDERS = "flock /run/braid-e2e-folders ";

  private final Lab lab;
  private final Head head;
  private final Controller controller;
  private final Map<String, Node> nodes;

  private Stack(Lab lab, Head head, Controller controller, Map<String, Node> nodes) {
    this.lab = lab;
    this.head = head;
    this.controller = controller;
    this.nodes = nodes;
  }

  /** Starts the agent, both node plugins and the controller; returns when all of them answer. */
  public static Stack deploy(Lab lab) {
    var certificates = Certificates.make(lab.folder().resolve("certificates"));
    var head = new Head(lab.san1(), certificates);
    var node1 = new Node(lab.node1());
    var node2 = new Node(lab.node2());
    var controller = new Controller(lab, certificates);
    Progress.during(
        "braid: starting the agent, both node plugins and the controller",
        () -> {
          Parallel.run(head::start, node1::start, node2::start, controller::start);
          return "";
        });
    return new Stack(lab, head, controller, Map.of("node1", node1, "node2", node2));
  }

  public Lab lab() {
    return lab;
  }

  public Head head() {
    return head;
  }

  public Controller controller() {
    return controller;
  }

  public Node node(Machine machine) {
    Node node = nodes.get(machine.name());
    if (node == null) {
      throw new IllegalArgumentException(machine + " is not a node");
    }
    return node;
  }

  /** The same deployment, where one node is spoken to by another process of its plugin. */
  public Stack through(Machine machine, SecondPlugin second) {
    var all = new HashMap<>(nodes);
    all.put(machine.name(), second.node());
    return new Stack(lab, head, controller, Map.copyOf(all));
  }

  /** Each program of the way, to be killed at its steps. */
  public KillPoints killPoints(Program program) {
    Node node1 = node(lab.node1());
    return switch (program) {
      case AGENT -> new KillPoints("agent", KillPoints.ofService(head.service(), head::start));
      case NODE -> new KillPoints("node", KillPoints.ofService(node1.service(), node1::start));
      case CONTROLLER -> new KillPoints("controller", controller.program());
    };
  }

  /** The programs of a volume's way; of the nodes' the one of node1. */
  public enum Program {
    AGENT,
    CONTROLLER,
    NODE
  }

  // A volume's life, call by call

  public LabVolume create(String name, long bytes, VolumeCapability capability) {
    var volume =
        controller
            .client()
            .controller()
            .createVolume(
                CreateVolumeRequest.newBuilder()
                    .setName(name)
                    .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(bytes))
                    .addVolumeCapabilities(capability)
                    .putParameters("pool", Head.POOL)
                    .build())
            .getVolume();
    return LabVolume.of(name, volume, capability);
  }

  /**
   * @return the publish context
   */
  public Map<String, String> publish(LabVolume volume, Machine node) {
    return controller
        .client()
        .controller()
        .controllerPublishVolume(
            ControllerPublishVolumeRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .setNodeId(node.name())
                .setVolumeCapability(volume.capability())
                .putAllVolumeContext(volume.context())
                .build())
        .getPublishContextMap();
  }

  public void stage(LabVolume volume, Machine node, Map<String, String> publishContext) {
    if (!volume.isBlock()) {
      node.run(FOLDERS + "mkdir -p " + volume.stagingPath());
    }
    node(node)
        .client()
        .node()
        .nodeStageVolume(
            NodeStageVolumeRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .putAllPublishContext(publishContext)
                .setStagingTargetPath(volume.stagingPath())
                .setVolumeCapability(volume.capability())
                .putAllVolumeContext(volume.context())
                .build());
  }

  public void nodePublish(LabVolume volume, Machine node, Map<String, String> publishContext) {
    node.run(FOLDERS + "mkdir -p $(dirname " + volume.targetPath() + ")");
    node(node)
        .client()
        .node()
        .nodePublishVolume(
            NodePublishVolumeRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .putAllPublishContext(publishContext)
                .setStagingTargetPath(volume.stagingPath())
                .setTargetPath(volume.targetPath())
                .setVolumeCapability(volume.capability())
                .putAllVolumeContext(volume.context())
                .build());
  }

  /** How full it is where it is published, and its condition. */
  public NodeGetVolumeStatsResponse stats(LabVolume volume, Machine node) {
    return node(node)
        .client()
        .node()
        .nodeGetVolumeStats(
            NodeGetVolumeStatsRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .setVolumePath(volume.targetPath())
                .build());
  }

  /** What the node knows of its paths. */
  public VolumeHealth health(LabVolume volume, Machine node) {
    return node(node)
        .client()
        .node()
        .nodeGetVolumeHealth(
            NodeGetVolumeHealthRequest.newBuilder().setVolumeId(volume.id().toString()).build())
        .getVolumeHealth();
  }

  /** What the node sees of the heads; empty if all is well. */
  public List<StorageBackendHealth> storageHealth(Machine node) {
    return node(node)
        .client()
        .node()
        .nodeGetStorageHealth(NodeGetStorageHealthRequest.getDefaultInstance())
        .getBackendHealthList();
  }

  public void nodeUnpublish(LabVolume volume, Machine node) {
    node(node)
        .client()
        .node()
        .nodeUnpublishVolume(
            NodeUnpublishVolumeRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .setTargetPath(volume.targetPath())
                .build());
  }

  /** Unstages, then removes the folders that kubelet would remove. */
  public void unstage(LabVolume volume, Machine node) {
    node(node)
        .client()
        .node()
        .nodeUnstageVolume(
            NodeUnstageVolumeRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .setStagingTargetPath(volume.stagingPath())
                .build());
    node.run(
        "cd /; "
            + FOLDERS
            + "rmdir -p --ignore-fail-on-non-empty $(dirname "
            + volume.targetPath()
            + ") "
            + volume.stagingPath()
            + " 2>/dev/null; mkdir -p /var/lib/kubelet");
  }

  /** In the place of Kubernetes: carries the node's word, that the device is gone, to the head. */
  public void attest(LabVolume volume, Machine node, Map<String, String> publishContext) {
    head.attest(
        volume.id(),
        node.name(),
        Generation.parse(publishContext.getOrDefault("generation", "")),
        new BootId(node.bootId()));
  }

  public void unpublish(LabVolume volume, Machine node) {
    controller
        .client()
        .controller()
        .controllerUnpublishVolume(
            ControllerUnpublishVolumeRequest.newBuilder()
                .setVolumeId(volume.id().toString())
                .setNodeId(node.name())
                .build());
  }

  public void delete(LabVolume volume) {
    controller
        .client()
        .controller()
        .deleteVolume(DeleteVolumeRequest.newBuilder().setVolumeId(volume.id().toString()).build());
  }

  // More than one call

  /** From nothing to a volume in use on a node. */
  public Map<String, String> bringUp(LabVolume volume, Machine node) {
    var context = publish(volume, node);
    stage(volume, node, context);
    nodePublish(volume, node, context);
    return context;
  }

  /** From a volume in use on a node to one that no node has; its node attests. */
  public void takeDown(LabVolume volume, Machine node, Map<String, String> publishContext) {
    nodeUnpublish(volume, node);
    unstage(volume, node);
    attest(volume, node, publishContext);
    unpublish(volume, node);
  }

  /** The agent, one node's plugin and the controller start anew, with the settings of now. */
  public void restart(Machine node) {
    Parallel.run(head::start, node(node)::restart, controller::restart);
  }

  /** Starts what another test of the lab has ended with its machine; nothing where all is up. */
  void ensureUp() {
    nodes.values().stream().filter(node -> !node.service().isActive()).forEach(Node::start);
    if (!head.service().isActive()) {
      head.start();
      controller.restart();
    }
    controller.start();
  }

  /**
   * After a test that failed: every machine is cut off and started anew, the pool is empty, all
   * programs are up. Slow, and sure.
   */
  public void beginAnew() {
    Parallel.run(
        lab.machines().stream()
            .map(
                machine ->
                    (Runnable)
                        () -> {
                          machine.powerCut();
                          machine.powerOn();
                        })
            .toArray(Runnable[]::new));
    nodes.values().forEach(Node::forgetAll);
    head.forgetAll();
    Parallel.run(head::start, () -> nodes.values().forEach(Node::start), controller::restart);
  }

  /** Ends the programs; what they made in the machines stays, as it would. */
  @Override
  public void close() {
    controller.stop();
    nodes.values().forEach(Node::close);
    head.close();
  }
}
