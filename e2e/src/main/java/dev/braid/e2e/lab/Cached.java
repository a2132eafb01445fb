package dev.braid.e2e.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a script of this checkout makes once and keeps in the user's cache: see cache.sh. */
public final class Cached {

  /** A slow mirror, or two busy cores, are no reason to give up. */
  private static final Duration BUILD = Duration.ofMinutes(60);

  private Cached() {}

  /**
   * Runs the script on this program's own terminal, where it says what it does.
   *
   * @param script its path in the checkout
   * @return the folder that it answers, which is whole
   */
  public static Path folder(String script, List<String> arguments) {
    Path folder = answer(script, arguments);
    if (!Files.exists(folder.resolve("complete"))) {
      throw new LabException(script + " answered " + folder + ", which is not complete");
    }
    return folder;
  }

  /** The same, of a script that looks after the wholeness of what it makes itself. */
  public static Path answer(String script, List<String> arguments) {
    var argv = new ArrayList<>(List.of(Repository.root().resolve(script).toString()));
    argv.addAll(arguments);
    return Path.of(HostProcess.watched(BUILD, argv));
  }
}
