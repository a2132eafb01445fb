package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of this host that runs in the lab's network. */
public final class LabProcess implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final Process process;
  private final String what;

  private LabProcess(Process process, String what) {
    this.process = process;
    this.what = what;
  }

  static LabProcess start(List<String> argv, Map<String, String> environment, Path log) {
    var builder =
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("BRAID_"));
    builder.environment().putAll(environment);
    try {
      return new LabProcess(builder.start(), argv.get(argv.size() - 1));
    } catch (IOException e) {
      throw new LabException("cannot start " + argv, e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /**
   * @throws LabException if it lives on
   */
  public void awaitEnd() {
    try {
      if (!process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
        throw new LabException(what + " still runs after " + SOON);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(what + ": interrupted", e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
