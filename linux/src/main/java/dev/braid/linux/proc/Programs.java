package dev.braid.linux.proc;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** The running processes of a program, whoever started them. */
public final class Programs {

  private final Path proc;

  /**
   * @param proc {@code /proc}, with the host's processes in it
   */
  public Programs(Path proc) {
    this.proc = proc;
  }

  /**
   * A process at one moment.
   *
   * @param command its arguments, the first being its own name
   */
  public record Running(long pid, List<String> command) {

    /** For messages. */
    public String describe() {
      return "process " + pid + " (" + String.join(" ", command) + ")";
    }
  }

  /** Those whose name is this one. A process that is ending has no arguments any more. */
  public List<Running> named(String name) {
    return Attributes.names(proc).stream()
        .filter(entry -> entry.chars().allMatch(Character::isDigit))
        .filter(
            pid ->
                Attributes.text(proc.resolve(pid).resolve("comm")).stream().anyMatch(name::equals))
        .map(pid -> new Running(Long.parseLong(pid), command(pid)))
        .filter(running -> !running.command().isEmpty())
        .toList();
  }

  public boolean runs(Running process) {
    return command(Long.toString(process.pid())).equals(process.command());
  }

  /**
   * Waits until it has ended, by itself: it need not be a child of this process.
   *
   * @throws DeadlinePassed if it still runs then
   */
  public void awaitEnd(Running process, Deadline deadline) {
    Optional<ProcessHandle> handle = ProcessHandle.of(process.pid());
    try {
      if (handle.isPresent() && runs(process)) {
        handle.get().onExit().get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException e) {
      throw new DeadlinePassed("waiting for the end of " + process.describe(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeadlinePassed(
          "waiting for the end of " + process.describe() + "; the call was ended", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for " + process.describe(), e.getCause());
    }
  }

  /** Whether it was stopped by a signal or a debugger, and does nothing until it is let go on. */
  public boolean stopped(Running process) {
    return Attributes.text(proc.resolve(Long.toString(process.pid())).resolve("status")).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith("State:"))
        .map(line -> line.substring("State:".length()).strip())
        .anyMatch(state -> state.startsWith("T") || state.startsWith("t"));
  }

  private List<String> command(String pid) {
    return Attributes.text(proc.resolve(pid).resolve("cmdline")).stream()
        .flatMap(text -> Stream.of(text.split("\0", -1)))
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
