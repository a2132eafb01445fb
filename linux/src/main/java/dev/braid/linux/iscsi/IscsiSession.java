package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.sysfs.Hctl;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A session of this machine as sysfs showed it at one moment.
 *
 * @param id the number in {@code sessionN}
 * @param target the target's name as text: others' sessions may have names that we would not take
 * @param address where it logged in: the address it was told, not one it was redirected to
 * @param state where the kernel has it
 * @param host the SCSI host it belongs to; with the kernel's TCP transport, to it alone
 * @param targetId the target's number on that host; negative once its devices were taken off
 */
public record IscsiSession(
    int id, String target, int tag, String address, int port, State state, int host, int targetId) {

  /** The kernel's states of a session. */
  public enum State {
    LOGGED_IN,
    /** Lost, and being made anew. */
    FAILED,
    /** Made but not logged in yet, or on its way out; or lost, and failed for good. */
    FREE,
    UNKNOWN;

    static State of(String text) {
      return switch (text) {
        case "LOGGED_IN" -> LOGGED_IN;
        case "FAILED" -> FAILED;
        case "FREE" -> FREE;
        default -> UNKNOWN;
      };
    }
  }

  /** Whether it is logged in, and a LUN that is asked for by it becomes a device. */
  public boolean up() {
    return state == State.LOGGED_IN && !unbound();
  }

  /**
   * Whether the kernel has taken its devices off, as the first step of a logout. Where iscsid died
   * before the next one it may log in again, and no device ever comes of it.
   */
  public boolean unbound() {
    return targetId < 0;
  }

  /** Whether it is one through this portal of this target. */
  public boolean through(Iqn iqn, Portal portal) {
    return target.equals(iqn.name())
        && tag == portal.tag()
        && port == portal.port()
        && same(address, portal.host());
  }

  /** Whether a SCSI device at this address came by this session; also while it is taken off. */
  public boolean carries(Hctl device) {
    return device.host() == host && (unbound() || device.target() == targetId);
  }

  public String describe() {
    return "session " + id + " (" + target + " at " + address + ":" + port + "," + tag + ")";
  }

  /** IPv6 addresses have many spellings. Literals only, so nobody's name server is asked. */
  private static boolean same(String a, String b) {
    if (a.equals(b)) {
      return true;
    }
    if (a.indexOf(':') < 0 || b.indexOf(':') < 0) {
      return false;
    }
    try {
      return InetAddress.getByName(a).equals(InetAddress.getByName(b));
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
