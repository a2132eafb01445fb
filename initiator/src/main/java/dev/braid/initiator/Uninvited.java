package dev.braid.initiator;

import dev.braid.base.Inquiry;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices of Braid's LUNs that no attach has asked for (rule 10): somebody scanned by hand, or a
 * login did, of a person or of a site's udev rule. They are reported and not touched; a detach or
 * an attach of that LUN takes them off or takes them over.
 *
 * <p>What was asked for stands in {@link KnownLuns}, which is a hint: where it was lost, a device
 * that is in use counts as asked for.
 *
 * <p>Not for several threads, but for {@link #count}, which is as old as the last look.
 */
public final class Uninvited {

  private static final Logger log = LoggerFactory.getLogger(Uninvited.class);

  private final ScsiDevices devices;
  private final IscsiSessions sessions;
  private final BlockTree blocks;
  private final DeviceMapper dm;
  private final KnownLuns known;
  private volatile List<Found> last = List.of();

  Uninvited(
      ScsiDevices devices,
      IscsiSessions sessions,
      BlockTree blocks,
      DeviceMapper dm,
      KnownLuns known) {
    this.devices = devices;
    this.sessions = sessions;
    this.blocks = blocks;
    this.dm = dm;
    this.known = known;
  }

  /** What one such device is, as long as it is the same. */
  private record Found(Hctl address, String device, Optional<String> wwid, String session) {

    static Found of(ScsiDevice device, IscsiSession session) {
      return new Found(device.address(), device.describe(), device.kept(), session.describe());
    }

    @Override
    public String toString() {
      return wwid.orElse("a LUN that the kernel knows no WWID of")
          + " as "
          + device
          + " over "
          + session;
    }
  }

  /** Where a LUN is, on whatever host and session. */
  private record Place(String target, long lun) {}

  /** How many there were at the last look. */
  public int count() {
    return last.size();
  }

  /** Says what has come since the last look, and what has gone. */
  void look() {
    List<Found> now = find();
    List<Found> before = last;
    last = now;
    now.stream()
        .filter(found -> !before.contains(found))
        .forEach(
            found ->
                log.warn(
                    "uninvited: {}. No attach asked for it; it is not used and not touched. Look"
                        + " who scanned or logged in here, and on the head whether this node should"
                        + " have this LUN",
                    found));
    before.stream()
        .filter(found -> !now.contains(found))
        .forEach(found -> log.info("not uninvited any more: {}", found));
  }

  /**
   * The devices' names before the notes, and the devices after them: an attach writes its note
   * before there is a device, and a detach removes it when there is none.
   */
  private List<Found> find() {
    List<Hctl> addresses = devices.addresses();
    List<IscsiSession> all = sessions.all();
    List<Lun> luns = known.all();
    Set<Place> asked =
        luns.stream()
            .map(lun -> new Place(lun.target().name(), lun.number().value()))
            .collect(Collectors.toSet());
    var found = new ArrayList<Found>();
    for (Hctl address : addresses) {
      Optional<IscsiSession> session = all.stream().filter(s -> s.carries(address)).findFirst();
      if (session.isEmpty() || asked.contains(new Place(session.get().target(), address.lun()))) {
        continue; // so that what was asked for costs its name alone
      }
      devices
          .at(address)
          .filter(d -> d.vendor().equals(Inquiry.VENDOR) && d.model().equals(Inquiry.PRODUCT))
          .filter(d -> luns.stream().noneMatch(lun -> d.keptAs(lun.wwid())))
          .filter(d -> !inUse(d))
          .ifPresent(d -> found.add(Found.of(d, session.get())));
    }
    return found;
  }

  private boolean inUse(ScsiDevice device) {
    return device.block().map(blocks::holders).orElse(List.of()).stream()
        .map(blocks::number)
        .flatMap(Optional::stream)
        .anyMatch(this::isOpen);
  }

  private boolean isOpen(DeviceNumber map) {
    return dm.byNumber(map).filter(m -> m.openCount() > 0).isPresent();
  }
}
