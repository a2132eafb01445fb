package dev.braid.rpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A Unix socket that leads to a TCP port of this machine, as a forwarded one would. */
final class Forwarder implements AutoCloseable {

  private final ServerSocketChannel server;
  private final AtomicInteger connections = new AtomicInteger();

  Forwarder(Path socket, int port) throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    daemon(
        () -> {
          while (true) {
            SocketChannel near = server.accept();
            connections.incrementAndGet();
            SocketChannel far =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            daemon(() -> pump(near, far));
            daemon(() -> pump(far, near));
          }
        });
  }

  int connections() {
    return connections.get();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    var thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException ended) {
                // One side has closed, and with it the test's connection.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static void pump(ByteChannel from, ByteChannel to) throws IOException {
    try (from;
        to) {
      var buffer = ByteBuffer.allocate(8192);
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
