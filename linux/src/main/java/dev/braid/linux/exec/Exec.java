package dev.braid.linux.exec;

import dev.braid.base.Deadline;
import java.util.List;

/**
 * Runs a host program to its end. An interface, so that a class that speaks with one program can be
 * tested with what that program has said.
 */
public interface Exec {

  /**
   * Runs, waits, and returns what came out, whatever the exit code: what a code means is the
   * caller's to know.
   *
   * @param argv the program and its arguments; nothing secret, since any user may list them
   * @throws dev.braid.base.error.DeadlinePassed if it was not done in time; it and its children
   *     were killed, or are named where they wait for the kernel and so cannot be
   * @throws dev.braid.base.error.KernelRefused if it could not be started
   */
  Result run(List<String> argv, Deadline deadline);

  /**
   * What a program left behind.
   *
   * @param stdout its output, cut at a bound
   * @param stderr its errors, cut at a bound
   */
  record Result(List<String> argv, int exit, String stdout, String stderr) {

    public Result {
      argv = List.copyOf(argv);
    }

    public boolean ok() {
      return exit == 0;
    }

    /** For an error message: program, exit code, and the last of what it said. */
    public String describe() {
      String said = stderr.isBlank() ? stdout.strip() : stderr.strip();
      return String.join(" ", argv) + " ended with " + exit + (said.isEmpty() ? "" : ": " + said);
    }
  }
}
