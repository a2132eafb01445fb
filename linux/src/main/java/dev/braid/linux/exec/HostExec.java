package dev.braid.linux.exec;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.proc.Priority;
import dev.braid.linux.sysfs.Attributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs programs of this host. Stateless; safe for many threads. */
public final class HostExec implements Exec {

  private static final Logger log = LoggerFactory.getLogger(HostExec.class);

  /**
   * What is kept of each stream; the rest is read and dropped, so that the program never blocks.
   */
  private static final int KEPT_BYTES = 1 << 20;

  /** To read the end of what a program said that ended just in time, or to see one end. */
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
        throw new DeadlinePassed("running " + String.join(" ", argv) + "; " + kill(process));
      }
    } catch (InterruptedException e) {
      String fate = kill(process);
      Thread.currentThread().interrupt();
      throw new DeadlinePassed(
          "running " + String.join(" ", argv) + "; the call was ended, and " + fate, e);
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
      Process process = Priority.asUsual(() -> new ProcessBuilder(argv).start());
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new KernelRefused("cannot start " + argv.get(0) + ": is it installed on this host?", e);
    }
  }

  /**
   * A program's children outlive it and would hold the pipes: they go first.
   *
   * @return what became of them, in words
   */
  private static String kill(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    return fate(all);
  }

  /** One that waits for the kernel does not end by a signal: it goes on with what it was about. */
  static String fate(List<ProcessHandle> killed) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AFTERWARDS_MILLIS);
    while (killed.stream().anyMatch(HostExec::runs) && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    List<Long> left = killed.stream().filter(HostExec::runs).map(ProcessHandle::pid).toList();
    return left.isEmpty()
        ? "it was killed"
        : "it was told to end, and still runs as process "
            + left
            + ": the kernel waits for a device, and what it does there goes on";
  }

  /** One that has ended is listed until its parent has taken note: {@code Z} in its stat. */
  private static boolean runs(ProcessHandle process) {
    String stat =
        Attributes.text(Path.of("/proc", Long.toString(process.pid()), "stat")).orElse(") X");
    return process.isAlive() && !stat.substring(stat.lastIndexOf(')') + 1).startsWith(" Z");
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
