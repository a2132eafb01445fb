package dev.braid.node;

import dev.braid.base.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The sign on a device that Braid is making a file system on it and has not finished: mke2fs,
 * killed half way, leaves a device that is neither blank nor usable, and another node may be the
 * one that finds it.
 *
 * <p>It lies in the last 4 KiB, and the new file system leaves the last 64 KiB out, because mke2fs
 * wipes both ends of what it formats. When it is done the mark is wiped, before the first mount; so
 * what looks like the mark in a file system that was ever mounted is somebody's data.
 */
final class FormatMark {

  /** What a new file system leaves out at the end of its device. */
  static final int RESERVED = 64 << 10;

  static final int SIZE = 4096;

  private static final String BEGIN = "braid: formatting ";

  private FormatMark() {}

  static byte[] of(Serial serial) {
    byte[] text = (BEGIN + serial + "\n").getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(text, SIZE);
  }

  static byte[] none() {
    return new byte[SIZE];
  }

  /** Whose mark a device bears. */
  enum Bearer {
    NOBODY,
    THIS_VOLUME,
    /** As a copy of a volume that was half made. */
    ANOTHER_VOLUME
  }

  /**
   * @param end the device's last 4 KiB
   */
  static Bearer read(byte[] end, Serial serial) {
    if (Arrays.equals(end, of(serial))) {
      return Bearer.THIS_VOLUME;
    }
    byte[] begin = BEGIN.getBytes(StandardCharsets.US_ASCII);
    return Arrays.equals(end, 0, begin.length, begin, 0, begin.length)
        ? Bearer.ANOTHER_VOLUME
        : Bearer.NOBODY;
  }
}
