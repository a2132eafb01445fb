package dev.braid.linux.scsi;

import dev.braid.base.Iqn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Persistent reservations of a unit, as PERSISTENT RESERVE IN, READ FULL STATUS, tells of them. */
public record Reservations(List<Registration> registrations) {

  private static final int HEADER = 8;
  private static final int DESCRIPTOR = 24;
  private static final int HOLDER = 0x01;
  private static final int ISCSI = 5;

  public Reservations {
    registrations = List.copyOf(registrations);
  }

  /**
   * A key that an initiator registered through one port.
   *
   * @param key in hex
   * @param holder whether it holds the reservation
   * @param type of the reservation that it holds
   * @param initiator its name; empty if it is none of iSCSI's
   */
  public record Registration(String key, boolean holder, Type type, String initiator) {
    @Override
    public String toString() {
      return (initiator.isEmpty() ? "an initiator without a name" : initiator)
          + " (key 0x"
          + key
          + (holder ? ", " + type.text() : "")
          + ")";
    }
  }

  /** Types of reservations, numbered as in SPC. */
  public enum Type {
    NONE(0),
    WRITE_EXCLUSIVE(1),
    EXCLUSIVE_ACCESS(3),
    WRITE_EXCLUSIVE_REGISTRANTS_ONLY(5),
    EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(6),
    WRITE_EXCLUSIVE_ALL_REGISTRANTS(7),
    EXCLUSIVE_ACCESS_ALL_REGISTRANTS(8);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    static Type of(int code) {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      return NONE;
    }

    boolean forItsHolderOnly() {
      return this == WRITE_EXCLUSIVE || this == EXCLUSIVE_ACCESS;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Empty where it is not such an answer, or only a part of one. */
  static Optional<Reservations> parse(byte[] data) {
    if (data.length < HEADER) {
      return Optional.empty();
    }
    int end = HEADER + int32(data, 4);
    if (end < HEADER || end > data.length) {
      return Optional.empty();
    }
    var found = new ArrayList<Registration>();
    int at = HEADER;
    while (at + DESCRIPTOR <= end) {
      int more = int32(data, at + 20);
      int next = at + DESCRIPTOR + more;
      if (more < 0 || next > end) {
        return Optional.empty();
      }
      boolean holder = (data[at + 12] & HOLDER) != 0;
      found.add(
          new Registration(
              java.util.HexFormat.of().formatHex(data, at, at + 8),
              holder,
              holder ? Type.of(data[at + 13] & 0xf) : Type.NONE,
              initiator(data, at + DESCRIPTOR, next)));
      at = next;
    }
    return at == end ? Optional.of(new Reservations(found)) : Optional.empty();
  }

  /** Its name from a TransportID, without what follows it: a session's own part. */
  private static String initiator(byte[] data, int from, int to) {
    if (to - from < 4 || (data[from] & 0xf) != ISCSI) {
      return "";
    }
    String name =
        new String(data, from + 4, to - from - 4, StandardCharsets.US_ASCII).replace('\0', ' ');
    int comma = name.indexOf(',');
    return (comma < 0 ? name : name.substring(0, comma)).strip();
  }

  /** Whether anybody has reserved it. */
  public boolean held() {
    return registrations.stream().anyMatch(Registration::holder);
  }

  /**
   * Who keeps an initiator from writing; empty if nobody does. Whoever has registered is taken for
   * registered with each of its sessions: those who use reservations register them all.
   */
  public Optional<Registration> keepsFromWriting(Iqn self) {
    Optional<Registration> holder = registrations.stream().filter(Registration::holder).findFirst();
    if (holder.isEmpty()) {
      return Optional.empty();
    }
    boolean fine =
        holder.get().type().forItsHolderOnly()
            ? holder.get().initiator().equals(self.name())
            : registrations.stream().anyMatch(r -> r.initiator().equals(self.name()));
    return fine ? Optional.empty() : holder;
  }

  private static int int32(byte[] data, int at) {
    return (data[at] & 0xff) << 24
        | (data[at + 1] & 0xff) << 16
        | (data[at + 2] & 0xff) << 8
        | data[at + 3] & 0xff;
  }
}
