package dev.braid.initiator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers on a socket as multipathd does, and does nothing. */
class FakeMultipathd implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(FakeMultipathd.class);

  /** What it was told. */
  final List<String> told = new CopyOnWriteArrayList<>();

  private final ServerSocketChannel server;
  private final Thread thread = new Thread(this::serve, "multipathd");

  FakeMultipathd(Path socket) {
    try {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread.start();
  }

  /** Carries out a command, or answers a question other than for its status. */
  String answer(String command) {
    told.add(command);
    return "ok\n";
  }

  /** Whether it says that it has events before it. */
  boolean behind() {
    return false;
  }

  private void serve() {
    while (true) {
      try (SocketChannel caller = server.accept()) {
        serve(caller);
      } catch (AsynchronousCloseException e) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** As multipathd does, it goes on where a caller had no more time and hung up. */
  private void serve(SocketChannel caller) {
    try {
      answer(caller);
    } catch (IOException e) {
      log.info("a caller hung up: {}", e.getMessage());
    }
  }

  private void answer(SocketChannel caller) throws IOException {
    int length = (int) read(caller, Long.BYTES).getLong();
    String command =
        StandardCharsets.UTF_8.decode(read(caller, length)).toString().replace("\0", "");
    String text =
        command.equals("show status")
            ? "path checker states:\nup 2\n\npaths: 2\nbusy: " + (behind() ? "True\n" : "False\n")
            : answer(command);
    byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer reply =
        ByteBuffer.allocate(Long.BYTES + bytes.length).order(ByteOrder.nativeOrder());
    reply.putLong(bytes.length).put(bytes).flip();
    while (reply.hasRemaining()) {
      caller.write(reply);
    }
  }

  private static ByteBuffer read(SocketChannel caller, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    while (bytes.hasRemaining() && caller.read(bytes) >= 0) {}
    return bytes.flip();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    server.close();
    thread.join();
  }
}
