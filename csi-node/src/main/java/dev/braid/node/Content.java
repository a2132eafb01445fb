package dev.braid.node;

import dev.braid.linux.filesystem.Blkid.Found;
import dev.braid.linux.filesystem.Ext4Superblock;
import java.util.Optional;

/**
 * What a look at a device showed, and what follows from it.
 *
 * @param found what blkid says
 * @param superblock ext4's, if there is one
 * @param mark of an unfinished format
 * @param zeros whether the first and the last MiB are all zeros
 */
record Content(
    Found found, Optional<Ext4Superblock> superblock, FormatMark.Bearer mark, boolean zeros) {

  /** What may be done with the device. */
  sealed interface Verdict {

    /** Proven blank, or blank when our own unfinished format began: it may be formatted. */
    record MayFormat() implements Verdict {}

    /** There is an ext4 on it. */
    record HasExt4() implements Verdict {}

    /** Anything else; never formatted. */
    record LeaveAlone(String why) implements Verdict {}
  }

  Verdict verdict() {
    boolean nothing = found instanceof Found.Nothing;
    boolean ext4 = found instanceof Found.Content content && content.type().equals("ext4");
    boolean everMounted = superblock.map(Ext4Superblock::everMounted).orElse(false);

    if (mark != FormatMark.Bearer.NOBODY && !everMounted) {
      return mark == FormatMark.Bearer.THIS_VOLUME && (nothing || ext4)
          ? new Verdict.MayFormat()
          : new Verdict.LeaveAlone(
              "it bears the mark of a format that was not finished, of another volume or over"
                  + " something else");
    }
    if (ext4) {
      return new Verdict.HasExt4();
    }
    if (found instanceof Found.Content other) {
      return new Verdict.LeaveAlone("it holds " + other.type() + " and not ext4");
    }
    if (found instanceof Found.Other other) {
      return new Verdict.LeaveAlone("it holds " + other.what());
    }
    return zeros
        ? new Verdict.MayFormat()
        : new Verdict.LeaveAlone(
            "it is not blank: nothing known is on it, but its first or last MiB holds data");
  }
}
