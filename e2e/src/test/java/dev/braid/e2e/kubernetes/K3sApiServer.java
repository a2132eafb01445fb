package dev.braid.e2e.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** k3s in a container, where there is an engine for it. It is taken away by being paused. */
final class K3sApiServer implements ApiServer {

  /** Of the Kubernetes that the chart asks for. */
  private static final DockerImageName IMAGE = DockerImageName.parse("rancher/k3s:v1.36.3-k3s1");

  private final K3sContainer container;
  private final Path kubeconfig;

  private K3sApiServer(K3sContainer container, Path kubeconfig) {
    this.container = container;
    this.kubeconfig = kubeconfig;
  }

  static K3sApiServer start(Path folder) throws IOException {
    var container = new K3sContainer(IMAGE);
    try {
      container.start();
      return new K3sApiServer(
          container,
          Files.writeString(folder.resolve("admin.kubeconfig"), container.getKubeConfigYaml()));
    } catch (IOException | RuntimeException e) {
      container.stop();
      throw e;
    }
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public void takeAway() {
    container.getDockerClient().pauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void putBack() {
    container.getDockerClient().unpauseContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.stop();
  }
}
