package dev.braid.e2e.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** Writer and reader as the processes they are, with direct I/O. */
class SignedWriterProcessTest {

  private static final long SIZE = 256 * RecordFormat.BYTES;

  /** Not in /tmp, which may be a tmpfs and refuse direct I/O. */
  @TempDir(cleanup = CleanupMode.ALWAYS, factory = InTarget.class)
  private Path folder;

  private final SigningKey key = SigningKey.random();

  @Test
  @DisplayName("The end of its input stops a writer; all it acknowledged is read back")
  void endOfInput() throws Exception {
    Process writer = start("SignedWriter", "--node", "node1", "--size", "" + SIZE, "--ring", "yes");
    var log = new AckLog(0);
    Thread lines = follow(writer, log);
    sendKey(writer);
    log.awaitCount(20, Deadline.after(Duration.ofSeconds(60)));

    writer.getOutputStream().close();

    assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    lines.join();
    assertThat(writer.exitValue()).isZero();
    assertThat(read().compare(List.of(log)).toString()).startsWith(log.count() + " records");
    read().compare(List.of(log)).throwUnlessHolds();
  }

  @Test
  @DisplayName("SIGTERM stops a writer between two records")
  void terminated() throws Exception {
    Process writer = start("SignedWriter", "--node", "node1", "--size", "" + SIZE, "--ring", "yes");
    var log = new AckLog(0);
    Thread lines = follow(writer, log);
    sendKey(writer);
    log.awaitCount(5, Deadline.after(Duration.ofSeconds(60)));

    // Not Process.destroy(): it closes the streams, and the last lines are lost.
    writer.toHandle().destroy();

    assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    lines.join();
    assertThat(log.strange()).isEmpty();
    assertThat(read().signed().count()).isEqualTo(Math.min(log.count(), 256));
  }

  @Test
  @DisplayName("A writer without a ring stops when there is no room, and says so")
  void full() throws Exception {
    Process writer = start("SignedWriter", "--node", "node1", "--size", "40960");
    var log = new AckLog(0);
    Thread lines = follow(writer, log);
    sendKey(writer);

    assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
    lines.join();
    assertThat(log.count()).isEqualTo(10);
    assertThat(log.error()).isEmpty();
  }

  private ReadBack read() throws IOException, InterruptedException {
    Process reader = start("SignedReader");
    sendKey(reader);
    List<String> lines;
    try (BufferedReader out = reader.inputReader(StandardCharsets.UTF_8)) {
      lines = out.lines().toList();
    }
    assertThat(reader.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return ReadBack.parse(lines);
  }

  private Process start(String program, String... more) throws IOException {
    var argv =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target/classes").toAbsolutePath().toString(),
                "dev.braid.e2e.writer." + program,
                "--path",
                folder.resolve("records").toString(),
                "--volume",
                Bench.VOLUME,
                "--key",
                "-"));
    argv.addAll(List.of(more));
    return new ProcessBuilder(argv).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private void sendKey(Process process) throws IOException {
    process.getOutputStream().write((key.hex() + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  private static Thread follow(Process writer, AckLog log) {
    var thread =
        new Thread(
            () -> {
              try (BufferedReader out = writer.inputReader(StandardCharsets.UTF_8)) {
                out.lines().forEach(log::accept);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              log.end();
            });
    thread.start();
    return thread;
  }

  /** Beside the classes, so on the disk that the build runs on. */
  static final class InTarget implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "writer");
    }
  }
}
