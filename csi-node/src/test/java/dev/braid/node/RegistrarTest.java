package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.metric.Metrics;
import dev.braid.rpc.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrarTest {

  private static final Path CSI = Path.of("/var/lib/kubelet/plugins/braid.dev/csi.sock");

  @TempDir Path folder;

  /** What is wrong with the host. */
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  @Test
  @DisplayName("a host that is fit is told to kubelet at once")
  void fit() {
    try (var registrar = start(false)) {
      assertThat(socket()).exists();
      assertThat(registrar.missing()).isNotEmpty(); // until kubelet has asked
    }
    assertThat(socket()).doesNotExist();
  }

  @Test
  @DisplayName(
      "one that is not fit, and has nothing staged, is told to kubelet when it is: no pod is sent"
          + " there until then")
  void later() {
    wrong.add("multipathd is not running");
    try (var registrar = start(false)) {
      assertThat(socket()).doesNotExist();
      assertThat(registrar.missing())
          .hasValueSatisfying(why -> assertThat(why).contains("until this host is fit"));
      wrong.clear();
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(socket()));
    }
  }

  @Test
  @DisplayName("one that has volumes is told in any case: they can only be taken off by kubelet")
  void staged() {
    wrong.add("multipathd is not running");
    try (var registrar = start(true)) {
      assertThat(socket()).exists();
    }
  }

  private Registrar start(boolean isStaged) {
    return Registrar.start(
        Optional.of(() -> Registration.open(new Endpoint.Unix(socket()), CSI, new Metrics())),
        () -> wrong,
        () -> isStaged);
  }

  private Path socket() {
    return folder.resolve("braid.dev-reg.sock");
  }
}
