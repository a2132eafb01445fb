package dev.braid.base.chap;

import dev.braid.base.Iqn;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder with a file of credentials for each peer, that nobody but its owner may look into. It is
 * read each time it is asked, so what was changed is in force for the next use. Whatever is wrong
 * with it is refused: nothing here ever means "without CHAP".
 */
public final class ChapFolder {

  /** For every peer that has no file of its own. */
  public static final String DEFAULT = "default";

  private static final int ROOT = 0;
  private static final int OTHERS = 077;
  private static final int PERMISSIONS = 07777;

  /** Far more than four lines can have. */
  private static final long LARGEST = 64 << 10;

  private final Path folder;

  public ChapFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The credentials of a peer that must have a file of its own.
   *
   * @throws Refused if the folder or the file is not there, cannot be read, is not private, or does
   *     not hold what it should
   */
  public ChapCredentials of(Iqn peer) {
    return find(peer.name()).orElseThrow(() -> missing(peer, ""));
  }

  /** As {@link #of}, for one who may share {@value #DEFAULT} with others. */
  public ChapCredentials ofOrDefault(Iqn peer) {
    return find(peer.name())
        .or(() -> find(DEFAULT))
        .orElseThrow(() -> missing(peer, ", or " + folder.resolve(DEFAULT) + " for all,"));
  }

  private Refused missing(Iqn peer, String or) {
    return new Refused(
        "there are no CHAP credentials for "
            + peer
            + ": make the file "
            + folder.resolve(peer.name())
            + or
            + " with user=... and password=..., of mode 0600");
  }

  /**
   * Empty if the folder is as it should be and has no such file.
   *
   * @throws Refused as {@link #of}
   */
  public Optional<ChapCredentials> find(String name) {
    try {
      checkPrivate(folder, "CHAP folder", "0700");
    } catch (NoSuchFileException e) {
      throw new Refused("there is no CHAP folder " + folder + ": make it, of mode 0700", e);
    } catch (IOException e) {
      throw new Refused("the CHAP folder " + folder + " cannot be looked at", e);
    }
    Path file = folder.resolve(name);
    try {
      checkPrivate(file, "CHAP file", "0600");
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
        throw new Refused("the CHAP file " + file + " is not a small file: it is not read");
      }
      return Optional.of(
          ChapCredentials.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new Refused("the CHAP file " + file + " cannot be read", e);
    } catch (InvalidInput e) {
      throw new Refused("the CHAP file " + file + ": " + e.getMessage(), e);
    }
  }

  private static void checkPrivate(Path path, String what, String mode) throws IOException {
    int uid = (int) Files.getAttribute(path, "unix:uid");
    int own = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!List.of(ROOT, own).contains(uid)) {
      throw new Refused(
          "the "
              + what
              + " "
              + path
              + " belongs to user "
              + uid
              + ", who could change it: chown it to root");
    }
    int permissions = (int) Files.getAttribute(path, "unix:mode") & PERMISSIONS;
    if ((permissions & OTHERS) != 0) {
      throw new Refused(
          String.format(
              "the %s %s is of mode %04o, open to others: chmod it to %s",
              what, path, permissions, mode));
    }
  }
}
