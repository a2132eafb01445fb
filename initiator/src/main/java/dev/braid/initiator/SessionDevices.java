package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Wwid;
import dev.braid.initiator.RelogPlan.Device;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import java.util.List;
import java.util.Optional;

/** What stands on the sessions of a target, from the kernel. */
final class SessionDevices {

  private final IscsiSessions sessions;
  private final ScsiDevices devices;
  private final BlockTree blocks;
  private final Maps maps;
  private final Identity identity;

  SessionDevices(
      IscsiSessions sessions, ScsiDevices devices, BlockTree blocks, Maps maps, Identity identity) {
    this.sessions = sessions;
    this.devices = devices;
    this.blocks = blocks;
    this.maps = maps;
    this.identity = identity;
  }

  /** Which of these sessions may be made anew now. */
  RelogPlan plan(Iqn target, List<IscsiSession> stale, Deadline deadline) {
    List<Device> found =
        sessions.all().stream()
            .filter(s -> s.target().equals(target.name()))
            .flatMap(s -> devices.find(s::carries).stream().map(d -> device(s, d)))
            .toList();
    return RelogPlan.of(stale, found, d -> answers(d, deadline));
  }

  private Device device(IscsiSession session, ScsiDevice device) {
    Optional<Wwid> map = device.block().flatMap(this::map);
    boolean active =
        map.isPresent()
            && device
                .block()
                .flatMap(blocks::number)
                .filter(maps.used(map.get())::contains)
                .isPresent();
    return new Device(session, device, map, active);
  }

  private Optional<Wwid> map(String block) {
    List<String> holders = blocks.holders(block);
    if (holders.size() != 1) {
      return Optional.empty();
    }
    return blocks.mapUuid(holders.get(0)).flatMap(DmDevice::wwid);
  }

  private boolean answers(Device device, Deadline deadline) {
    return identity
        .ask(device.device(), device.session().up(), deadline)
        .wwid()
        .equals(device.map().map(Wwid::text));
  }
}
