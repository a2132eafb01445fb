package dev.braid.linux.systemd;

import java.util.ArrayList;
import java.util.List;

/**
 * How systemctl is called.
 *
 * <p>It does nothing, and says that it succeeded, where it finds itself in another root folder than
 * process 1; how it looks has changed over its versions. Ours is the host's own root by another
 * name ({@code ChrootExec}), so it is told not to look.
 */
public final class SystemctlCommand {

  private SystemctlCommand() {}

  public static List<String> argv(String... arguments) {
    var argv = new ArrayList<>(List.of("env", "SYSTEMD_IGNORE_CHROOT=1", "systemctl"));
    argv.addAll(List.of(arguments));
    return List.copyOf(argv);
  }
}
