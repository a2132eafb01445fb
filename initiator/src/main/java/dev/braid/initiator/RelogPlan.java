package dev.braid.initiator;

import dev.braid.base.Wwid;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.sysfs.ScsiDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which session of a target may be ended and made anew now: one without which every map that has a
 * path over it keeps another that works (rule 18).
 *
 * @param next empty if none may be
 * @param losing the maps that lose a path with it, and are to get it back
 * @param why none may be, for a person
 */
record RelogPlan(Optional<IscsiSession> next, List<Losing> losing, String why) {

  RelogPlan {
    losing = List.copyOf(losing);
  }

  /**
   * A map that loses a path, as the kernel has it before.
   *
   * @param lun the number in its path's address
   * @param by the sessions over which it has a path
   */
  record Losing(Wwid map, long lun, List<IscsiSession> by) {

    Losing {
      by = List.copyOf(by);
    }
  }

  List<Wwid> maps() {
    return losing.stream().map(Losing::map).toList();
  }

  /**
   * What stands on a session.
   *
   * @param map the one of Braid's that it is a path of; empty if it is of none, or not of it alone
   * @param active whether device-mapper sends I/O by it now
   */
  record Device(IscsiSession session, ScsiDevice device, Optional<Wwid> map, boolean active) {}

  /**
   * @param stale the sessions that are to be made anew
   * @param devices on all sessions of the target
   * @param answers whether a device says now that it is its map's LUN: device-mapper's own word may
   *     be a polling interval old
   */
  static RelogPlan of(List<IscsiSession> stale, List<Device> devices, Predicate<Device> answers) {
    var reasons = new ArrayList<String>();
    for (IscsiSession session : stale) {
      List<Device> on = devices.stream().filter(d -> d.session().equals(session)).toList();
      Optional<String> why =
          on.stream()
              .map(device -> against(device, devices, answers))
              .flatMap(Optional::stream)
              .findFirst();
      if (why.isEmpty()) {
        return new RelogPlan(
            Optional.of(session), on.stream().map(d -> losing(d, devices)).toList(), "");
      }
      reasons.add(session.describe() + " stays: " + why.get());
    }
    return new RelogPlan(Optional.empty(), List.of(), String.join("; ", reasons));
  }

  /** Nothing is against it: so the device is a path of a map of Braid's. */
  private static Losing losing(Device device, List<Device> devices) {
    return new Losing(
        device.map().orElseThrow(),
        device.device().address().lun(),
        devices.stream()
            .filter(d -> d.map().equals(device.map()))
            .map(Device::session)
            .distinct()
            .toList());
  }

  private static Optional<String> against(
      Device device, List<Device> devices, Predicate<Device> answers) {
    if (device.map().isEmpty()) {
      return Optional.of(
          "its device "
              + device.device().describe()
              + " is no path of a map of Braid's, and may be in use");
    }
    boolean another =
        devices.stream()
            .filter(d -> d.map().equals(device.map()) && !d.session().equals(device.session()))
            .anyMatch(d -> d.active() && answers.test(d));
    return another
        ? Optional.empty()
        : Optional.of("without it no path of " + device.map().get() + " would answer");
  }
}
