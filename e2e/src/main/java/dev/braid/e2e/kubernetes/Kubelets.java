package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.HotDisk;
import dev.braid.e2e.lab.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * kubelet, containerd and kube-proxy of the nodes, as services there that come back after a boot.
 */
final class Kubelets {

  private static final Duration START = Duration.ofSeconds(180);
  private static final String ETC = "/etc/kubernetes";

  /** What is the same in every node: file here, where it goes. */
  private static final Map<String, String> FILES =
      Map.of(
          "braid-kubernetes", "/usr/local/sbin/braid-kubernetes",
          "braid-kubernetes.service", "/etc/systemd/system/braid-kubernetes.service",
          "kubelet.service", "/etc/systemd/system/kubelet.service",
          "kube-proxy.service", "/etc/systemd/system/kube-proxy.service",
          "containerd.conf", "/etc/systemd/system/containerd.service.d/braid-lab.conf",
          "kubelet.yaml", ETC + "/kubelet.yaml",
          "kube-proxy.yaml", ETC + "/kube-proxy.yaml");

  private final List<Machine> nodes;
  private final ControlPlane controlPlane;
  private final Tools tools;
  private final Path containerdDisk;

  Kubelets(List<Machine> nodes, ControlPlane controlPlane, Tools tools, Path containerdDisk) {
    this.nodes = List.copyOf(nodes);
    this.controlPlane = controlPlane;
    this.tools = tools;
    this.containerdDisk = containerdDisk;
  }

  /** Gives a node what it needs and starts it. It registers itself with the API server later. */
  void start(Machine node) {
    node.plug(HotDisk.TOOLS, tools.nodesDisk());
    node.plug(HotDisk.CONTAINERD, containerdDisk);
    node.write(
        ETC + "/node.env",
        "NODE_IP="
            + node.address()
            + "\nNODE_OCTET="
            + node.octet()
            + "\nNODE_OCTETS=\""
            + octets()
            + "\"\n");
    FILES.forEach((name, path) -> node.write(path, resource(name)));
    node.write(ETC + "/ca.pem", read(controlPlane.caFile()));
    node.write(ETC + "/kubelet.pem", read(controlPlane.certificate(node.name())));
    node.write(ETC + "/kubelet.key", read(controlPlane.key(node.name())));
    node.write(ETC + "/kubelet.kubeconfig", read(controlPlane.kubeconfig(node.name())));
    node.write(ETC + "/kube-proxy.kubeconfig", read(controlPlane.kubeconfig("kube-proxy")));
    node.run(
        START,
        // Of the tests without a cluster: here the node plugin is a pod.
        "systemctl stop braid-node; chmod 755 /usr/local/sbin/braid-kubernetes"
            + " && systemctl daemon-reload"
            + " && systemctl enable --quiet braid-kubernetes containerd kubelet kube-proxy"
            + " && systemctl restart braid-kubernetes containerd kubelet kube-proxy");
  }

  private String octets() {
    return nodes.stream().map(n -> String.valueOf(n.octet())).collect(Collectors.joining(" "));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Kubelets.class.getResourceAsStream("node/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no resource node/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
