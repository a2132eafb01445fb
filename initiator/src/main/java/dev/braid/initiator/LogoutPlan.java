package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.sysfs.Hctl;
import java.util.Collection;
import java.util.List;

/**
 * What is left to undo of one target when devices have gone from it.
 *
 * @param logout sessions of ours that carry no device
 * @param forget portals of ours through which no session is left then
 */
record LogoutPlan(List<IscsiSession> logout, List<Portal> forget) {

  LogoutPlan {
    logout = List.copyOf(logout);
    forget = List.copyOf(forget);
  }

  /**
   * @param own the portals of this target that Braid logged in to; no other is touched (rule 16)
   * @param sessions all of this machine
   * @param devices all SCSI devices of this machine, since one is enough to keep its session
   */
  static LogoutPlan of(
      Iqn target, List<Portal> own, List<IscsiSession> sessions, List<Hctl> devices) {
    List<IscsiSession> ours =
        sessions.stream().filter(s -> own.stream().anyMatch(p -> s.through(target, p))).toList();
    List<IscsiSession> empty =
        ours.stream().filter(s -> devices.stream().noneMatch(s::carries)).toList();
    List<Portal> forget =
        own.stream()
            .filter(p -> ours.stream().filter(s -> s.through(target, p)).allMatch(empty::contains))
            .toList();
    return new LogoutPlan(empty, forget);
  }

  /**
   * The same without these sessions, whose portals are not forgotten either.
   *
   * @param target of the plan
   */
  LogoutPlan without(Iqn target, Collection<IscsiSession> staying) {
    return new LogoutPlan(
        logout.stream().filter(s -> !staying.contains(s)).toList(),
        forget.stream()
            .filter(p -> staying.stream().noneMatch(s -> s.through(target, p)))
            .toList());
  }

  boolean nothing() {
    return logout.isEmpty() && forget.isEmpty();
  }
}
