package dev.braid.e2e.kubernetes;

import dev.braid.base.Deadline;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A Kubernetes cluster, as a person with a kubeconfig sees it. */
public interface Cluster {

  /** For what is answered at once, by an API server on a busy host. */
  Duration USUAL = Duration.ofSeconds(60);

  /** An administrator's, good from this host. */
  Path kubeconfig();

  /** The kubectl that is as new as the cluster. */
  Path kubectl();

  /** The names of its nodes, in order. */
  List<String> nodes();

  /** Runs kubectl; whatever it returns is the caller's to judge. */
  default Exec.Result tryKubectl(Duration timeout, String... words) {
    var argv =
        new ArrayList<>(List.of(kubectl().toString(), "--kubeconfig", kubeconfig().toString()));
    argv.addAll(List.of(words));
    return new HostExec().run(argv, Deadline.after(timeout));
  }

  /**
   * @return its output, without the last newline
   * @throws AssertionError with what it said if it did not end well
   */
  default String kubectl(Duration timeout, String... words) {
    Exec.Result result = tryKubectl(timeout, words);
    if (!result.ok()) {
      throw new AssertionError(result.describe());
    }
    return result.stdout().strip();
  }

  default String kubectl(String... words) {
    return kubectl(USUAL, words);
  }

  /**
   * Whether there is such an object.
   *
   * @param object as {@code pod/one}
   */
  default boolean has(String object) {
    return !kubectl("get", object, "--ignore-not-found", "-o", "name").isEmpty();
  }

  /** Waits, told by the API server when it changes, until it is so of every object named. */
  default void await(String condition, Duration timeout, String... objects) {
    if (condition.equals("create")
        && objects.length > 1
        && Stream.of(objects).allMatch(object -> object.contains("/"))) {
      // Two that are missing it takes for an error, and does not wait.
      for (String object : objects) {
        await(condition, timeout, object);
      }
      return;
    }
    var words = new ArrayList<>(List.of("wait", "--for=" + condition));
    words.add("--timeout=" + timeout.toSeconds() + "s");
    words.addAll(List.of(objects));
    kubectl(timeout.plusSeconds(15), words.toArray(String[]::new));
  }

  /** What a user would look at, of all namespaces. */
  default String everything() {
    return kubectl("get", "pods,pvc,pv,volumeattachments,csinodes,initiators", "-A", "-o", "wide");
  }

  /** Makes or changes the objects of these manifests. */
  default void apply(String manifests) {
    try {
      Path file = Files.createTempFile("braid-manifests", ".yaml");
      try {
        Files.writeString(file, manifests);
        kubectl("apply", "-f", file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything there is to know about it. Never fails. */
  void collectLogs(Path into);
}
