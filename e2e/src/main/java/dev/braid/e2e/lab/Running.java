package dev.braid.e2e.lab;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that was started in a machine and stays. Closing it kills it. */
public final class Running implements AutoCloseable {

  private final Machine machine;
  private final String command;
  private final Process client;
  private final CompletableFuture<Long> pid;

  Running(Machine machine, String command, Process client, CompletableFuture<Long> pid) {
    this.machine = machine;
    this.command = command;
    this.client = client;
    this.pid = pid;
    client.onExit().thenRun(() -> pid.completeExceptionally(new LabException(this + " ended")));
  }

  /** Its process id in the machine. It leads a process group of its own. */
  public long pid() {
    return get(pid, Duration.ofSeconds(60));
  }

  public boolean isAlive() {
    return client.isAlive();
  }

  /**
   * @return its exit code; 255 if a signal ended it or the machine went away
   * @throws LabException if it is still running then
   */
  public int awaitExit(Duration timeout) {
    return get(client.onExit(), timeout).exitValue();
  }

  /** Sends a signal to it and its children: {@code KILL}, {@code TERM}, {@code STOP}, … */
  public void signal(String signal) {
    machine.exec(Duration.ofSeconds(30), "kill -" + signal + " -- -" + pid());
  }

  /** Kills it and its children, if any of them live; waits for its end. */
  public void kill() {
    if (client.isAlive()) {
      if (machine.isReachable()) {
        signal("KILL");
      }
      client.destroy();
      get(client.onExit(), Duration.ofSeconds(30));
    }
  }

  @Override
  public void close() {
    kill();
  }

  @Override
  public String toString() {
    return machine.name() + ": " + command;
  }

  private <T> T get(CompletableFuture<T> future, Duration timeout) {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new LabException(this + ": nothing within " + timeout, e);
    } catch (ExecutionException e) {
      throw new LabException(this + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(this + ": interrupted", e);
    }
  }
}
