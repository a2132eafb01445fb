package dev.braid.linux.sysfs;

import dev.braid.base.Wwid;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The WWID in a device identification page (VPD 0x83) as the kernel keeps it: the NAA designator of
 * the logical unit. LIO writes one of type 6, 16 bytes.
 */
final class DeviceId {

  private static final int PAGE = 0x83;
  private static final int HEADER = 4;
  private static final int CODE_SET_BINARY = 1;
  private static final int ASSOCIATION_LUN = 0;
  private static final int TYPE_NAA = 3;

  private DeviceId() {}

  static Optional<Wwid> wwid(byte[] page) {
    if (page.length < HEADER || (page[1] & 0xff) != PAGE) {
      return Optional.empty();
    }
    int end = Math.min(page.length, HEADER + ((page[2] & 0xff) << 8 | (page[3] & 0xff)));
    for (int at = HEADER; at + HEADER <= end; at += HEADER + (page[at + 3] & 0xff)) {
      int length = page[at + 3] & 0xff;
      boolean naaOfLun =
          (page[at] & 0x0f) == CODE_SET_BINARY
              && (page[at + 1] >> 4 & 0x03) == ASSOCIATION_LUN
              && (page[at + 1] & 0x0f) == TYPE_NAA;
      if (naaOfLun && at + HEADER + length <= end) {
        String text = "3" + hex(page, at + HEADER, length);
        return Wwid.looksLikeOne(text) ? Optional.of(new Wwid(text)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static String hex(byte[] bytes, int from, int length) {
    var digits = new byte[length * 2];
    for (int i = 0; i < length; i++) {
      int b = bytes[from + i] & 0xff;
      digits[2 * i] = (byte) Character.forDigit(b >> 4, 16);
      digits[2 * i + 1] = (byte) Character.forDigit(b & 0xf, 16);
    }
    return new String(digits, StandardCharsets.US_ASCII);
  }
}
