package dev.braid.e2e.lab;

import java.time.Duration;
import java.util.List;

/**
 * What a command in a machine left behind.
 *
 * @param stdout its output, at most the last megabyte of it
 */
public record Outcome(
    String machine, String command, int exit, String stdout, String stderr, Duration took) {

  public boolean ok() {
    return exit == 0;
  }

  /** Output without the newline at its end. */
  public String text() {
    return stdout.strip();
  }

  public List<String> lines() {
    return stdout.lines().toList();
  }

  /** All there is to know, for an error message. */
  public String describe() {
    return machine
        + ": exit code "
        + exit
        + " after "
        + took.toMillis()
        + " ms: "
        + command
        + "\n--- stdout\n"
        + stdout
        + "\n--- stderr\n"
        + stderr;
  }

  Outcome throwUnlessOk() {
    if (!ok()) {
      throw new LabException(describe());
    }
    return this;
  }
}
