package dev.braid.linux.exec;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the programs of another root folder: the host's own, where this process is in a container
 * and has the host's root mounted. So a program that speaks with a daemon of the host is of that
 * daemon's version, and finds its files.
 *
 * <p>{@code env} of that root looks the program up, in the folders where distributions keep theirs:
 * the container's own search path says nothing about another root.
 */
public final class ChrootExec implements Exec {

  private static final String PATH =
      "PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin";

  /** chroot's and env's own: they failed, could not run the program, could not find it. */
  private static final int FAILED = 125;

  private static final int NOT_FOUND = 127;

  private final Exec exec;
  private final Path root;

  public ChrootExec(Exec exec, Path root) {
    this.exec = exec;
    this.root = root;
  }

  /**
   * @throws KernelRefused if the other root has no such program
   */
  @Override
  public Result run(List<String> argv, Deadline deadline) {
    var inside = new ArrayList<>(List.of("chroot", root.toString(), "/usr/bin/env", PATH));
    inside.addAll(argv);
    Result result = exec.run(inside, deadline);
    if (result.exit() >= FAILED && result.exit() <= NOT_FOUND) {
      throw new KernelRefused(
          "cannot run the host's "
              + argv.get(0)
              + ": is it installed on this host, and the host's root mounted at "
              + root
              + "? "
              + result.describe());
    }
    return new Result(argv, result.exit(), result.stdout(), result.stderr());
  }
}
