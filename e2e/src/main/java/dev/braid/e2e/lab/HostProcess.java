package dev.braid.e2e.lab;

import dev.braid.base.Deadline;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Programs of this host. The product's own runner where it fits; here only what it does not do:
 * input or output that is a file, and programs that stay.
 */
final class HostProcess {

  private static final Exec EXEC = new HostExec();

  private HostProcess() {}

  static Exec.Result run(Duration timeout, List<String> argv) {
    return EXEC.run(argv, Deadline.after(timeout));
  }

  /**
   * @throws LabException with all it said if it did not end well
   */
  static String must(Duration timeout, String... argv) {
    Exec.Result result = run(timeout, List.of(argv));
    if (!result.ok()) {
      throw new LabException(result.describe());
    }
    return result.stdout();
  }

  /** Runs with its output, errors included, in a file. */
  static int intoFile(Duration timeout, Path file, List<String> argv) {
    return finish(
        timeout,
        argv,
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile())));
  }

  /** Runs with a file as its input and this program's own output, for what a person watches. */
  static int fromFile(Duration timeout, Path file, List<String> argv) {
    return finish(timeout, argv, new ProcessBuilder(argv).inheritIO().redirectInput(file.toFile()));
  }

  /** Runs on this program's own terminal; what it prints on stdout is returned. */
  static String watched(Duration timeout, List<String> argv) {
    try {
      Process process =
          new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      awaitExit(process, timeout, argv);
      if (process.exitValue() != 0) {
        throw new LabException(argv + " ended with " + process.exitValue() + ", see above");
      }
      return said.strip();
    } catch (IOException e) {
      throw new LabException("cannot run " + argv, e);
    }
  }

  /** Starts a program that stays and is spoken with; it is the caller's to end. */
  static Process converse(List<String> argv) {
    try {
      return new ProcessBuilder(argv).start();
    } catch (IOException e) {
      throw new LabException("cannot start " + argv, e);
    }
  }

  /**
   * Starts a program that stays; every line of its output goes to the callback, from one thread
   * each.
   */
  static Process spawn(List<String> argv, Consumer<String> stdout, Consumer<String> stderr) {
    try {
      Process process = new ProcessBuilder(argv).start();
      process.getOutputStream().close();
      follow(process.getInputStream(), stdout, argv.get(0) + " stdout");
      follow(process.getErrorStream(), stderr, argv.get(0) + " stderr");
      return process;
    } catch (IOException e) {
      throw new LabException("cannot start " + argv, e);
    }
  }

  /** Every line goes to the callback, from a thread of its own. */
  static void follow(InputStream stream, Consumer<String> lines, String name) {
    var thread =
        new Thread(
            () -> {
              try (var reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                  lines.accept(line);
                }
              } catch (IOException e) {
                lines.accept("[output ended: " + e.getMessage() + "]");
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private static int finish(Duration timeout, List<String> argv, ProcessBuilder builder) {
    try {
      Process process = builder.start();
      awaitExit(process, timeout, argv);
      return process.exitValue();
    } catch (IOException e) {
      throw new LabException("cannot run " + argv, e);
    }
  }

  private static void awaitExit(Process process, Duration timeout, List<String> argv) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        throw new LabException(argv + " was not done within " + timeout + "; it was killed");
      }
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
      throw new LabException(argv + ": interrupted; it was killed", e);
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
