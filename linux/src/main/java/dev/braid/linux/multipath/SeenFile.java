package dev.braid.linux.multipath;

import dev.braid.base.Wwid;
import dev.braid.base.error.KernelRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One of multipath-tools' two lists: the WWIDs it has made maps for ({@code wwids}, a line {@code
 * /WWID/}), or the names it gave them ({@code bindings}, a line {@code NAME WWID}).
 */
public record SeenFile(Path file, Form form) {

  /** How a line names its WWID. */
  public enum Form {
    WWIDS,
    BINDINGS
  }

  /** Another's alias may be of any bytes; they are carried over as they are. */
  public boolean has(Wwid wwid) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1)
          .lines()
          .anyMatch(l -> names(l, wwid));
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
  }

  /** Whether a line of the list is about this WWID. */
  public boolean names(String line, Wwid wwid) {
    return switch (form) {
      // "multipath -w" makes a comment of the line; that is a trace of ours too.
      case WWIDS -> line.equals("/" + wwid + "/") || line.equals("#" + wwid + "/");
      case BINDINGS -> {
        String[] words = line.strip().split("\\s+", -1);
        yield words.length == 2 && words[1].equals(wwid.text());
      }
    };
  }
}
