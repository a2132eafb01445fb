package dev.braid.rpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that move bytes, for all servers and clients of a process. They live as long as it.
 */
final class Loops {

  private static final int THREADS = 2;
  private static final AtomicInteger count = new AtomicInteger();

  static final EventLoopGroup ALL =
      new MultiThreadIoEventLoopGroup(
          THREADS,
          task -> {
            var thread = new Thread(task, "rpc-io-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          },
          NioIoHandler.newFactory());

  private Loops() {}
}
