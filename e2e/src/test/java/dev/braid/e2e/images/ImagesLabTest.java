package dev.braid.e2e.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Cached;
import dev.braid.e2e.lab.Repository;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The container images, unpacked on this host; it needs root, and no machine of the lab. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImagesLabTest {

  private static final String SCRIPTS = "deploy/images/";
  private static final Duration CHECK = Duration.ofMinutes(5);
  private static final Duration BUILD = Duration.ofMinutes(15);

  /** Asked for once: to see that nothing has changed takes seconds. */
  private final Path images = Cached.answer(SCRIPTS + "build", List.of());

  @ParameterizedTest
  @ValueSource(strings = {"csi-controller", "csi-node"})
  @DisplayName("a program serves with its image's archive of classes, and would not with another's")
  void archive(String program) {
    assertThat(check(program, "amd64")).contains("serves with its archive of classes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csi-controller", "csi-node"})
  @DisplayName("an image for arm64 is whole, and all its programs are for that processor")
  void foreign(String program) {
    assertThat(check(program, "arm64")).contains("arm64, whole");
  }

  @Test
  @DisplayName("built a second time, elsewhere, every image is the same to the byte")
  void reproducible() {
    assertThat(run(BUILD, "check-reproducible").lines())
        .as("the two programs for two processors, the writer, two sidecars")
        .hasSize(7)
        .allMatch(line -> line.startsWith("the same: "));
  }

  private String check(String program, String architecture) {
    Path image = images.resolve(program + "-linux-" + architecture + ".tar");
    return run(CHECK, "check-image", image.toString(), program);
  }

  private static String run(Duration limit, String script, String... arguments) {
    var argv = new ArrayList<String>();
    argv.add(Repository.root().resolve(SCRIPTS + script).toString());
    argv.addAll(List.of(arguments));
    Exec.Result result = new HostExec().run(argv, Deadline.after(limit));
    assertThat(result.ok()).as("%s%n%s", result.describe(), result.stdout()).isTrue();
    return result.stdout();
  }
}
