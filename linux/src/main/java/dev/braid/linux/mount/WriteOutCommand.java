package dev.braid.linux.mount;

import java.nio.file.Path;
import java.util.List;

/**
 * How the program is called that has a file system write out all that it keeps in memory; who finds
 * one running knows it by this.
 */
public final class WriteOutCommand {

  public static final String PROGRAM = "sync";

  private WriteOutCommand() {}

  public static List<String> argv(Path target) {
    return List.of(PROGRAM, "-f", target.toString());
  }
}
