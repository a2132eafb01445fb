package dev.braid.e2e.kubernetes;

import dev.braid.base.Deadline;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.VolumeId;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.writer.ReadBack;
import dev.braid.e2e.writer.SigningKey;
import dev.braid.e2e.writer.Verdict;
import dev.braid.linux.exec.Exec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A StatefulSet in the default namespace, each of whose pods has a claim and writes signed records
 * to it: every pod to a file of its own, so that all that its predecessors wrote can be read.
 */
public final class Writers {

  /** Attach, format, mount, and a JVM's start in a container of an emulated node. */
  public static final Duration RUNNING = Duration.ofMinutes(6);

  /** Until kubelet has let go of it and the attacher has seen that. */
  public static final Duration GONE = Duration.ofMinutes(4);

  private static final Duration READ = Duration.ofMinutes(3);

  /** Round and round in so much, for each pod. */
  private static final int BYTES = 16 << 20;

  private final LabCluster cluster;
  private final String name;
  private final int replicas;
  private final SigningKey key = SigningKey.random();
  private final VolumeId signedAs = anyVolume();

  private Writers(LabCluster cluster, String name, int replicas) {
    this.cluster = cluster;
    this.name = name;
    this.replicas = replicas;
  }

  /**
   * Makes it; its pods come later.
   *
   * @param storageClass of the claims
   * @param size of each claim, as {@code 256Mi}
   */
  public static Writers create(
      LabCluster cluster, String name, int replicas, String storageClass, String size) {
    return create(cluster, name, replicas, storageClass, size, "writer.yaml");
  }

  /**
   * The same with pods that write a plain line a second: they prove nothing of their data, and cost
   * their node next to nothing. They cannot be followed.
   */
  static Writers createPlain(
      LabCluster cluster, String name, int replicas, String storageClass, String size) {
    return create(cluster, name, replicas, storageClass, size, "plain-writer.yaml");
  }

  private static Writers create(
      LabCluster cluster,
      String name,
      int replicas,
      String storageClass,
      String size,
      String template) {
    var writers = new Writers(cluster, name, replicas);
    cluster.apply(
        text(template)
            .replace("@NAME@", name)
            .replace("@REPLICAS@", String.valueOf(replicas))
            .replace("@KEY@", writers.key.hex())
            .replace("@VERSION@", Release.version())
            .replace("@SIGNED_AS@", writers.signedAs.toString())
            .replace("@BYTES@", String.valueOf(BYTES))
            .replace("@CLASS@", storageClass)
            .replace("@SIZE@", size));
    return writers;
  }

  public List<String> pods() {
    return IntStream.range(0, replicas).mapToObj(i -> name + "-" + i).toList();
  }

  public List<String> claims() {
    return pods().stream().map(pod -> "data-" + pod).toList();
  }

  /** Of a writer with one pod. */
  public String pod() {
    return pods().get(0);
  }

  /** Of a writer with one pod. */
  public String claim() {
    return claims().get(0);
  }

  /** Returns when every pod runs. */
  public void awaitRunning() {
    String[] all = pods().stream().map(p -> "pod/" + p).toArray(String[]::new);
    cluster.await("create", RUNNING, all);
    cluster.await("condition=Ready", RUNNING, all);
  }

  /** Follows the pod that there is now, from its first word on; returns when it writes. */
  public PodWriter follow(String pod) {
    String[] seen =
        cluster
            .kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid} {.spec.nodeName}")
            .split(" ");
    var writer = PodWriter.follow(pod, seen[0], "writer", cluster.machine(seen[1]));
    try {
      writer.acks().awaitReady(Deadline.after(RUNNING));
      return writer;
    } catch (AssertionError e) {
      writer.close();
      throw e;
    }
  }

  /** Of a writer with one pod. */
  public PodWriter follow() {
    return follow(pod());
  }

  public Machine machineOf(String pod) {
    return cluster.machine(cluster.kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}"));
  }

  /** Whether the pod has a node again, and that is another than this one. */
  boolean hasMovedFrom(Machine node) {
    String now =
        cluster.kubectl(
            "get", "pod", pod(), "--ignore-not-found", "-o", "jsonpath={.spec.nodeName}");
    return !now.isEmpty() && !now.equals(node.name());
  }

  /** Of a claim that is bound. */
  public VolumeId volumeOf(String claim) {
    String pv = cluster.kubectl("get", "pvc", claim, "-o", "jsonpath={.spec.volumeName}");
    return VolumeId.parse(
        cluster.kubectl("get", "pv", pv, "-o", "jsonpath={.spec.csi.volumeHandle}"));
  }

  /** Of a writer with one pod. */
  public VolumeId volume() {
    return volumeOf(claim());
  }

  /**
   * Reads what another pod wrote, past the page cache, in the pod that has the volume now.
   *
   * @param ended the writer of that file, which writes no more
   */
  public Verdict readBack(String pod, PodWriter ended) {
    Exec.Result result =
        cluster.tryKubectl(
            READ,
            "exec",
            pod,
            "--",
            "java",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=20",
            "-XX:+SegmentedCodeCache",
            "-XX:ReservedCodeCacheSize=48m",
            "-Xmx64m",
            "-cp",
            "/opt/braid/signed-writer/lib/*",
            "dev.braid.e2e.writer.SignedReader",
            "--path",
            "/data/records-" + ended.uid(),
            "--volume",
            signedAs.toString(),
            "--size",
            String.valueOf(BYTES),
            "--key",
            "/key/key");
    // Its exit code says whether all slots are clean; here the acknowledgements are the judge.
    if (!result.stdout().contains("\ndone")) {
      throw new AssertionError(result.describe());
    }
    return ReadBack.parse(result.stdout().lines().toList()).compare(List.of(ended.acks()));
  }

  /** Removes pods and claims; returns when the API server knows nothing of their volumes. */
  public void delete() {
    List<String> volumes = persistentVolumes();
    cluster.kubectl(GONE, "delete", "statefulset,secret", name, "--ignore-not-found");
    cluster.await("delete", GONE, pods().stream().map(p -> "pod/" + p).toArray(String[]::new));
    var delete = new ArrayList<>(List.of("delete", "pvc", "--ignore-not-found"));
    delete.addAll(claims());
    cluster.kubectl(GONE, delete.toArray(String[]::new));
    if (!volumes.isEmpty()) {
      cluster.await("delete", GONE, volumes.toArray(String[]::new));
    }
  }

  /** Also of claims that are gone: a volume outlives its claim until it is detached. */
  private List<String> persistentVolumes() {
    return cluster
        .kubectl(
            "get",
            "pv",
            "-o",
            "jsonpath={range .items[*]}{.spec.claimRef.name} {.metadata.name}{'\\n'}{end}")
        .lines()
        .map(line -> line.split(" "))
        .filter(claimAndName -> claims().contains(claimAndName[0]))
        .map(claimAndName -> "pv/" + claimAndName[1])
        .toList();
  }

  private static VolumeId anyVolume() {
    // Records are signed before the volume has an id; any that is this writer's alone will do.
    return new VolumeId(new PoolName("records"), Serial.random(new SecureRandom()));
  }

  private static String text(String resource) {
    try (InputStream in = Writers.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
