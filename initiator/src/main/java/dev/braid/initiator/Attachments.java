package dev.braid.initiator;

import dev.braid.base.Inquiry;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import java.util.ArrayList;
import java.util.List;

/** What of Braid's is attached to this host now, as the kernel shows it. */
final class Attachments {

  private final DeviceMapper dm;
  private final ScsiDevices devices;
  private final IscsiSessions sessions;
  private final OwnPortals own;
  private final KnownLuns known;

  Attachments(
      DeviceMapper dm,
      ScsiDevices devices,
      IscsiSessions sessions,
      OwnPortals own,
      KnownLuns known) {
    this.dm = dm;
    this.devices = devices;
    this.sessions = sessions;
    this.own = own;
    this.known = known;
  }

  /**
   * Every map, path and session, for a message; empty if nothing is there. A map that has lost all
   * its paths is known by the note on its LUN alone.
   */
  List<String> all() {
    var all = new ArrayList<String>();
    known.all().stream()
        .map(Lun::wwid)
        .filter(wwid -> dm.multipath(wwid).isPresent())
        .forEach(wwid -> all.add("map " + wwid));
    devices.find(address -> true).stream()
        .filter(Attachments::isBraids)
        .forEach(device -> all.add("path " + device.describe()));
    List<IscsiSession> now = sessions.all();
    for (Iqn target : own.targets()) {
      for (Portal portal : own.of(target)) {
        now.stream()
            .filter(session -> session.through(target, portal))
            .forEach(session -> all.add(session.describe()));
      }
    }
    return all;
  }

  private static boolean isBraids(ScsiDevice device) {
    return device.vendor().equals(Inquiry.VENDOR) && device.model().equals(Inquiry.PRODUCT);
  }
}
