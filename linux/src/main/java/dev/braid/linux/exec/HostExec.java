package dev.braid.linux.exec;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs programs of this host. Stateless; safe for many threads. */
public final class HostExec implements Exec {

  private static final Logger log = LoggerFactory.getLogger(HostExec.class);

  /**
   * What is kept of each stream; the rest is read and dropped, so that the program never blocks.
   */
  private static final int KEPT_BYTES = 1 << 20;

  /** To read the end of what a program said that ended just in time. */
  private static final long AFTERWARDS_MILLIS = 1000;

  @Override
  public Result run(List<String> argv, Deadline deadline) {
    deadline.check("starting " + argv.get(0));
    long start = System.nanoTime();
    Process process = start(argv);
    var stdout = drain(process.getInputStream(), argv.get(0) + " stdout");
    var stderr = drain(process.getErrorStream(), argv.get(0) + " stderr");
    try {
      if (!process.waitFor(deadline.leftMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        throw new DeadlinePassed("running " + String.join(" ", argv) + "; it was killed");
      }
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
      throw new DeadlinePassed("running " + String.join(" ", argv) + "; the call was ended", e);
    }
    var result =
        new Result(
            argv,
            process.exitValue(),
            whole(argv, stdout, deadline),
            whole(argv, stderr, deadline));
    log.debug(
        "ran {} in {} ms, exit {}",
        argv,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
        result.exit());
    return result;
  }

  /** A child that outlives the program may hold its streams open for ever. */
  private static String whole(
      List<String> argv, CompletableFuture<String> stream, Deadline deadline) {
    try {
      return stream.get(Math.max(AFTERWARDS_MILLIS, deadline.leftMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new DeadlinePassed("reading what " + argv.get(0) + " said: a child of it lives on", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeadlinePassed("running " + String.join(" ", argv) + "; the call was ended", e);
    } catch (ExecutionException e) {
      throw new KernelRefused("cannot read what " + argv.get(0) + " said", e.getCause());
    }
  }

  private static Process start(List<String> argv) {
    try {
      Process process = new ProcessBuilder(argv).start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new KernelRefused("cannot start " + argv.get(0) + ": is it installed on this host?", e);
    }
  }

  /** A program's children outlive it and would hold the pipes: they go first. */
  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static CompletableFuture<String> drain(InputStream stream, String name) {
    var text = new CompletableFuture<String>();
    var reader =
        new Thread(
            () -> {
              try (stream) {
                byte[] kept = stream.readNBytes(KEPT_BYTES);
                stream.transferTo(java.io.OutputStream.nullOutputStream());
                text.complete(new String(kept, StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(e);
              }
            },
            name);
    reader.setDaemon(true);
    reader.start();
    return text;
  }
}
