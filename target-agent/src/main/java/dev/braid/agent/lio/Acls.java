package dev.braid.agent.lio;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.util.Optional;

/** Who may log in, and which LUNs he then sees: the same on every portal group. */
public final class Acls {

  private static final String LINK = "lun";

  private final Target target;
  private final Authentication authentication;
  private final Configfs configfs;
  private final ConfigfsChange change;
  private final Steps steps;

  public Acls(
      Target target,
      Authentication authentication,
      Configfs configfs,
      ConfigfsChange change,
      Steps steps) {
    this.target = target;
    this.authentication = authentication;
    this.configfs = configfs;
    this.change = change;
    this.steps = steps;
  }

  /**
   * Lets an initiator log in, with what it must prove itself with from the start: rule 6 has a
   * mapped LUN come later.
   *
   * @throws dev.braid.base.error.Refused if there are no credentials for it where the target wants
   *     them; no ACL is made then
   */
  public void ensure(Iqn initiator) {
    Optional<ChapCredentials> credentials = authentication.of(initiator);
    for (Portal portal : target.portals()) {
      String acl = acl(portal, initiator);
      if (!configfs.isFolder(acl)) {
        steps.run("make ACL", step -> change.mkdir(step, acl));
      }
      authentication.set(acl, credentials);
    }
  }

  /**
   * Brings the credentials of an initiator that may log in up to date. Its sessions go on.
   *
   * @throws dev.braid.base.error.Refused if there are none for it that can be used
   */
  public void renewCredentials(Iqn initiator) {
    authentication.renew(
        initiator,
        target.portals().stream()
            .filter(portal -> exists(portal, initiator))
            .map(portal -> acl(portal, initiator))
            .toList());
  }

  /** Lets an initiator use a LUN, under the LUN's own number. */
  public void map(LunNumber lun, Iqn initiator, boolean readOnly) {
    ensure(initiator);
    for (Portal portal : target.portals()) {
      String mapped = mapped(portal, initiator, lun);
      if (!configfs.isFolder(mapped)) {
        steps.run("make mapped LUN", step -> change.mkdir(step, mapped));
      }
      if (configfs.links(mapped).isEmpty()) {
        steps.run(
            "link mapped LUN",
            step ->
                change.link(step, mapped + "/" + LINK, target.group(portal) + "/lun/lun_" + lun));
      }
      String protect = mapped + "/write_protect";
      String wanted = readOnly ? "1" : "0";
      if (!configfs.read(protect).orElse("").equals(wanted)) {
        steps.run("protect mapped LUN", step -> change.write(step, protect, wanted));
      }
    }
  }

  /**
   * Takes a LUN from an initiator: what it sends from now on is refused. What it sent before may
   * still be in flight.
   */
  public void unmap(LunNumber lun, Iqn initiator) {
    for (Portal portal : target.portals()) {
      String mapped = mapped(portal, initiator, lun);
      for (String link : configfs.links(mapped).keySet()) {
        steps.run("unlink mapped LUN", step -> change.unlink(step, mapped + "/" + link));
      }
      if (configfs.isFolder(mapped)) {
        steps.run("remove mapped LUN", step -> change.rmdir(step, mapped));
      }
    }
  }

  /** Whether an initiator has any LUN on a portal. */
  public boolean hasLuns(Portal portal, Iqn initiator) {
    return configfs.folders(acl(portal, initiator)).stream().anyMatch(f -> f.startsWith("lun_"));
  }

  boolean exists(Portal portal, Iqn initiator) {
    return configfs.isFolder(acl(portal, initiator));
  }

  /** Shuts an initiator out of a portal. Ends its sessions and waits for them. */
  void remove(Portal portal, Iqn initiator) {
    steps.run("remove ACL", step -> change.rmdir(step, acl(portal, initiator)));
  }

  String acl(Portal portal, Iqn initiator) {
    return target.group(portal) + "/acls/" + initiator;
  }

  private String mapped(Portal portal, Iqn initiator, LunNumber lun) {
    return acl(portal, initiator) + "/lun_" + lun;
  }
}
