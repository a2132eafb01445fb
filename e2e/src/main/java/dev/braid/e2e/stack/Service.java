package dev.braid.e2e.stack;

import dev.braid.e2e.lab.Machine;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One of our programs as a systemd service of a machine. */
public final class Service {

  private static final Duration START = Duration.ofSeconds(60);

  /** A JVM in an emulated machine on a busy host. */
  private static final Duration ONCE = Duration.ofSeconds(180);

  private final Machine machine;
  private final String unit;
  private final String environmentFile;
  private final Map<String, String> environment;
  private volatile Map<String, String> more = Map.of();

  Service(Machine machine, String unit, String environmentFile, Map<String, String> environment) {
    this.machine = machine;
    this.unit = unit;
    this.environmentFile = environmentFile;
    this.environment = Map.copyOf(environment);
  }

  public Machine machine() {
    return machine;
  }

  /**
   * Settings beside its usual ones, from its next start on, in place of those given here before.
   */
  public void also(Map<String, String> settings) {
    more = Map.copyOf(settings);
  }

  /** Runs a program to its end with the service's settings. */
  void runOnce(String program) {
    writeSettings();
    machine.run(
        ONCE,
        "systemd-run --quiet --wait --pipe -p EnvironmentFile=" + environmentFile + " " + program);
  }

  /** Starts it anew with its settings. It serves when its socket answers, which is later. */
  void start() {
    writeSettings();
    machine.run(START, "mkdir -p " + Node.KILL_POINTS + " && systemctl restart " + unit);
  }

  private void writeSettings() {
    machine.write(
        environmentFile,
        Stream.concat(environment.entrySet().stream(), more.entrySet().stream())
            .map(e -> e.getKey() + "=" + e.getValue())
            .sorted()
            .collect(Collectors.joining("\n", "", "\n")));
  }

  /** An orderly end. */
  public void stop() {
    machine.run(START, "systemctl stop " + unit);
  }

  /** {@code kill -9} to the program itself, as the kernel's out-of-memory killer does it. */
  public void kill() {
    machine.run(START, "systemctl kill --kill-whom=main --signal=KILL " + unit);
    awaitEnd();
  }

  /** Waits until systemd has seen the end of the program; fails if it lives on. */
  public void awaitEnd() {
    machine.run(
        START,
        "for i in $(seq 100); do systemctl is-active -q "
            + unit
            + " || exit 0; sleep 0.2; done; exit 1");
  }

  public boolean isActive() {
    return machine.exec("systemctl is-active -q " + unit).ok();
  }
}
