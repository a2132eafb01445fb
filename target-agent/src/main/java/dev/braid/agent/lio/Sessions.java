package dev.braid.agent.lio;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.NotFenced;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of the target's initiators, one for each portal. */
public final class Sessions {

  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  private static final Pattern ID = Pattern.compile("LIO Session ID: (\\d+)");

  /** The kernel's default for an ACL, and the other value that ending a session alternates with. */
  private static final int DEPTH = 64;

  /** How long an initiator may take to be back on a portal; open-iscsi takes 2 to 4 s. */
  private static final Duration RETURN = Duration.ofSeconds(10);

  /** How long a session that logs in or out may be counted and not shown. */
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final Target target;
  private final Acls acls;
  private final Configfs configfs;
  private final ConfigfsChange change;
  private final Steps steps;
  private final Lanes lanes;
  private final Patience patience;

  public Sessions(
      Target target,
      Acls acls,
      Configfs configfs,
      ConfigfsChange change,
      Steps steps,
      Lanes lanes,
      Patience patience) {
    this.target = target;
    this.acls = acls;
    this.configfs = configfs;
    this.change = change;
    this.steps = steps;
    this.lanes = lanes;
    this.patience = patience;
  }

  /** The sessions that an initiator has now: portal to LIO's id for the session. */
  public Map<Portal, Long> of(Iqn initiator) {
    var sessions = new LinkedHashMap<Portal, Long>();
    for (Portal portal : target.portals()) {
      session(portal, initiator).ifPresent(id -> sessions.put(portal, id));
    }
    return sessions;
  }

  /**
   * Ends given sessions of an initiator, those that are not gone by themselves, one portal after
   * the other. While it has other LUNs it may come back on one before the next is ended, so that
   * they keep a path.
   *
   * @throws NotFenced if one is still there at the deadline
   */
  public void end(Map<Portal, Long> sessions, Iqn initiator, Deadline deadline) {
    Optional<Portal> ended = Optional.empty();
    for (var session : sessions.entrySet()) {
      Portal portal = session.getKey();
      if (gone(portal, initiator, session.getValue())) {
        continue;
      }
      ended.ifPresent(before -> awaitReturn(before, initiator, deadline));
      end(portal, initiator, session.getValue(), deadline);
      ended = Optional.of(portal);
    }
  }

  private void end(Portal portal, Iqn initiator, long id, Deadline deadline) {
    String what = "session " + id + " of " + initiator + " on " + portal.endpoint();
    log.info("ending {}", what);
    lanes.run(what, deadline, () -> writeOtherDepth(portal, initiator));
    if (!patience.until(deadline, () -> gone(portal, initiator, id))) {
      throw new NotFenced(
          what + " was told to end and is still there: its commands wait for the device");
    }
  }

  private void writeOtherDepth(Portal portal, Iqn initiator) {
    String attribute = acls.acl(portal, initiator) + "/cmdsn_depth";
    Optional<String> now = configfs.read(attribute);
    if (now.isPresent()) {
      int other = now.get().equals(Integer.toString(DEPTH)) ? DEPTH + 1 : DEPTH;
      steps.run("end session", step -> change.write(step, attribute, Integer.toString(other)));
    }
  }

  private void awaitReturn(Portal portal, Iqn initiator, Deadline deadline) {
    if (!acls.hasLuns(portal, initiator)) {
      return;
    }
    BooleanSupplier back = () -> session(portal, initiator).isPresent();
    if (!patience.until(deadline.atMost(RETURN), back)) {
      log.warn(
          "{} did not come back on {} within {} s; its other paths are ended all the same, as its"
              + " writes must stop",
          initiator,
          portal.endpoint(),
          RETURN.toSeconds());
    }
  }

  /**
   * Removes an initiator's ACLs where it has no LUN left. Where the kernel would make everybody
   * wait for it, because a session with commands on a stuck device is still on its way out, the ACL
   * stays: it gives access to nothing, and goes with the next withdrawal.
   */
  public void removeEmptyAcls(Iqn initiator, Deadline deadline) {
    for (Portal portal : target.portals()) {
      if (!acls.exists(portal, initiator) || acls.hasLuns(portal, initiator)) {
        continue;
      }
      Optional<Long> session = session(portal, initiator);
      session.ifPresent(id -> end(portal, initiator, id, deadline));
      if (patience.until(deadline.atMost(SETTLE), () -> hidden() <= 0)) {
        lanes.run(
            "ACL of " + initiator + " on " + portal.endpoint(),
            deadline,
            () -> acls.remove(portal, initiator));
      } else {
        log.warn(
            "the ACL of {} on {} stays for now: {} sessions of the target are not gone yet",
            initiator,
            portal.endpoint(),
            hidden());
      }
    }
  }

  /** How many sessions the target counts and no ACL shows. */
  private long hidden() {
    long counted =
        configfs
            .read(target.path() + "/fabric_statistics/iscsi_instance/sessions")
            .map(Long::parseLong)
            .orElse(0L);
    long shown = 0;
    for (Portal portal : target.portals()) {
      for (String acl : configfs.folders(target.group(portal) + "/acls")) {
        shown += session(target.group(portal) + "/acls/" + acl).isPresent() ? 1 : 0;
      }
    }
    return counted - shown;
  }

  private boolean gone(Portal portal, Iqn initiator, long id) {
    return session(portal, initiator).map(now -> now != id).orElse(true);
  }

  private Optional<Long> session(Portal portal, Iqn initiator) {
    return session(acls.acl(portal, initiator));
  }

  private Optional<Long> session(String acl) {
    Matcher m = ID.matcher(configfs.read(acl + "/info").orElse(""));
    return m.find() ? Optional.of(Long.parseLong(m.group(1))) : Optional.empty();
  }
}
