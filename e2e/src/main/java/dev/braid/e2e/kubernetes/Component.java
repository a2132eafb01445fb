package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.LabException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One program of the control plane: a process of this host in the lab's network. It may have been
 * started by another process, which is gone (`make lab`); so all that is known of it is in files.
 */
public final class Component {

  private static final long ENDS_WITHIN_SECONDS = 30;

  private final Lab lab;
  private final Path folder;
  private final String name;
  private final List<String> argv;

  Component(Lab lab, Path folder, String name, List<String> argv) {
    this.lab = lab;
    this.folder = folder;
    this.name = name;
    this.argv = List.copyOf(argv);
  }

  /** Starts it if it is not running. It serves later than this returns. */
  public void start() {
    if (process().isPresent()) {
      return;
    }
    try {
      long pid = lab.startInNetwork(argv, log()).pid();
      Files.writeString(pidFile(), String.valueOf(pid));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isRunning() {
    return process().isPresent();
  }

  /** {@code kill -9}; returns when it is gone. */
  public void kill() {
    process()
        .ifPresent(
            process -> {
              process.destroyForcibly();
              awaitEnd(process);
            });
  }

  private void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException(this + " does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(this + ": interrupted while it ends", e);
    }
  }

  /** Pids are used again: the process must be this program of this lab. */
  private Optional<ProcessHandle> process() {
    try {
      long pid = Long.parseLong(Files.readString(pidFile()).strip());
      String arguments = Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline"));
      return arguments.contains(folder.toString()) && arguments.contains(name)
          ? ProcessHandle.of(pid)
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Path pidFile() {
    return folder.resolve(name + ".pid");
  }

  Path log() {
    return folder.resolve(name + ".log");
  }

  @Override
  public String toString() {
    return name + " in " + folder;
  }
}
