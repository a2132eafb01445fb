package dev.braid.e2e.kubernetes;

import java.io.IOException;
import java.nio.file.Path;

/** Which API server the tests of one use. */
final class ApiServers {

  /** Set by the Maven profile of the same name. */
  private static final String K3S = "k3s";

  private ApiServers() {}

  /**
   * Returns when it is ready.
   *
   * @param folder empty, for what it keeps
   */
  static ApiServer start(Path folder) throws IOException {
    return K3S.equals(System.getProperty("braid.kubernetes"))
        ? K3sApiServer.start(folder)
        : LoopbackApiServer.start(folder, Tools.get().program("kube-apiserver"));
  }
}
