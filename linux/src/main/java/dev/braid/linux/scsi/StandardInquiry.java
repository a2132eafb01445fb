package dev.braid.linux.scsi;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Standard INQUIRY data.
 *
 * @param qualifier 0 where a unit of this kind is there; 1 and 3 where the address leads nowhere
 * @param type 0 for a disk
 */
public record StandardInquiry(
    int qualifier, int type, String vendor, String product, String revision) {

  private static final int LENGTH = 36;

  static Optional<StandardInquiry> parse(byte[] data) {
    if (data.length < LENGTH) {
      return Optional.empty();
    }
    return Optional.of(
        new StandardInquiry(
            (data[0] & 0xff) >> 5,
            data[0] & 0x1f,
            text(data, 8, 8),
            text(data, 16, 16),
            text(data, 32, 4)));
  }

  /** Whether there is a disk behind the address. */
  public boolean disk() {
    return qualifier == 0 && type == 0;
  }

  private static String text(byte[] data, int from, int length) {
    return new String(data, from, length, StandardCharsets.US_ASCII).replace('\0', ' ').strip();
  }
}
