package dev.braid.linux.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.linux.multipath.MultipathdException.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultipathdSocketTest {

  private static final String NOBODY = "/org/braid/test/nobody";

  @TempDir Path folder;
  private ServerSocketChannel server;
  private Path path;

  @BeforeEach
  void listen() throws IOException {
    path = folder.resolve("multipathd.socket");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  @DisplayName("a question and an answer, each with its length and its NUL")
  void framing() throws Exception {
    var heard = answering("ok\n\0", 4);

    assertThat(ask()).isEqualTo("ok");
    assertThat(heard.join()).isEqualTo("show status\0");
  }

  @Test
  @DisplayName("an answer in pieces is one answer")
  void pieces() throws Exception {
    String large = "x".repeat(300_000);
    answering(large + "\0", large.length() + 1);

    assertThat(ask()).isEqualTo(large);
  }

  @Test
  @DisplayName("refused, too busy, excluded, broken: each is told from the others")
  void failures() {
    expect("fail\nmap or partition in use\n\0", 30, Kind.REFUSED);
    expect("timeout\n\0", 9, Kind.BUSY);
    expect("blacklisted\n\0", 13, Kind.BLACKLISTED);
    expect("ok", 4, Kind.BROKEN);
    expect("", -1, Kind.BROKEN);
  }

  @Test
  @DisplayName("a daemon that never answers costs the deadline and no more")
  void silent() {
    assertThatThrownBy(
            () ->
                new MultipathdSocket(path, NOBODY)
                    .ask("show status", Deadline.after(Duration.ofMillis(200))))
        .isInstanceOfSatisfying(
            MultipathdException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
  }

  @Test
  @DisplayName("no daemon under either name")
  void notRunning() {
    assertThatThrownBy(
            () ->
                new MultipathdSocket(folder.resolve("none"), NOBODY)
                    .ask("show status", Deadline.after(Duration.ofSeconds(5))))
        .isInstanceOfSatisfying(
            MultipathdException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_RUNNING));
  }

  private String ask() throws MultipathdException {
    return new MultipathdSocket(path, NOBODY)
        .ask("show status", Deadline.after(Duration.ofSeconds(10)));
  }

  private void expect(String answer, long length, Kind kind) {
    var heard = answering(answer, length);
    assertThatThrownBy(this::ask)
        .isInstanceOfSatisfying(
            MultipathdException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    heard.join();
  }

  /** Serves one caller and gives back what it asked. */
  private CompletableFuture<String> answering(String answer, long length) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (SocketChannel caller = server.accept()) {
            var word = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
            while (word.hasRemaining() && caller.read(word) >= 0) {}
            var question = ByteBuffer.allocate((int) word.getLong(0));
            while (question.hasRemaining() && caller.read(question) >= 0) {}
            caller.write(ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, length));
            var text = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
            while (text.hasRemaining()) {
              caller.write(text);
            }
            return new String(question.array(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }
}
