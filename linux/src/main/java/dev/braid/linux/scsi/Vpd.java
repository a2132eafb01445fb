package dev.braid.linux.scsi;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What all vital product data pages have in common: a header of four bytes. */
final class Vpd {

  static final int HEADER = 4;

  private Vpd() {}

  /**
   * Whether this is the page asked for, of a unit that is there. Devices that do not know the page
   * bit answer with standard data, and an address without a LUN may answer with anything.
   */
  static boolean isPage(byte[] data, int page) {
    return data.length >= HEADER && (data[0] & 0xe0) == 0 && (data[1] & 0xff) == page;
  }

  /** Where the page ends, or where what was transferred of it does. */
  static int end(byte[] data) {
    int length = ((data[2] & 0xff) << 8) | (data[3] & 0xff);
    return Math.min(data.length, HEADER + length);
  }

  /** Page 0x80. */
  static Optional<String> serial(byte[] data) {
    if (!isPage(data, 0x80)) {
      return Optional.empty();
    }
    String text = new String(data, HEADER, end(data) - HEADER, StandardCharsets.US_ASCII);
    return Optional.of(text.replace('\0', ' ').strip());
  }
}
