package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The host's initiator name, as open-iscsi keeps it. */
public final class InitiatorName {

  private static final String KEY = "InitiatorName=";

  private InitiatorName() {}

  /**
   * @param file {@code /etc/iscsi/initiatorname.iscsi}
   * @throws Refused if there is none, or one that cannot be used
   */
  public static Iqn read(Path file) {
    List<String> names;
    try {
      names =
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(line -> line.startsWith(KEY))
              .map(line -> line.substring(KEY.length()).strip())
              .toList();
    } catch (NoSuchFileException e) {
      throw new Refused("there is no " + file + ": install open-iscsi on this host", e);
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
    if (names.size() != 1) {
      throw new Refused(
          file + " has " + names.size() + " lines that begin with " + KEY + ": want one");
    }
    try {
      return new Iqn(names.get(0));
    } catch (InvalidInput e) {
      throw new Refused(file + ": " + e.getMessage() + "; change it there, and restart iscsid", e);
    }
  }
}
