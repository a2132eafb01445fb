package dev.braid.linux.scsi;

import java.util.Optional;

/** Why a device refused: sense key, additional sense code and its qualifier, numbered as in SPC. */
public record Sense(int key, int asc, int ascq) {

  public static final int NOT_READY = 2;
  public static final int ILLEGAL_REQUEST = 5;
  public static final int UNIT_ATTENTION = 6;

  /** Reads fixed and descriptor format; empty for anything else. */
  static Optional<Sense> parse(byte[] data) {
    if (data.length < 1) {
      return Optional.empty();
    }
    return switch (data[0] & 0x7f) {
      case 0x70, 0x71 ->
          data.length < 14
              ? Optional.empty()
              : Optional.of(new Sense(data[2] & 0xf, data[12] & 0xff, data[13] & 0xff));
      case 0x72, 0x73 ->
          data.length < 4
              ? Optional.empty()
              : Optional.of(new Sense(data[1] & 0xf, data[2] & 0xff, data[3] & 0xff));
      default -> Optional.empty();
    };
  }

  /** LOGICAL UNIT NOT SUPPORTED: the address leads to no LUN for this initiator. */
  public boolean noSuchLun() {
    return key == ILLEGAL_REQUEST && asc == 0x25;
  }

  public boolean unitAttention() {
    return key == UNIT_ATTENTION;
  }

  @Override
  public String toString() {
    return String.format("sense key %x, code %02x/%02x", key, asc, ascq);
  }
}
