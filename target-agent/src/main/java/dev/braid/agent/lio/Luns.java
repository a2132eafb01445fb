package dev.braid.agent.lio;

import dev.braid.agent.book.Volume;
import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.util.Optional;

/** The target's LUNs: a backstore under every portal group, visible to nobody by itself. */
public final class Luns {

  private static final String LINK = "backstore";

  private final Target target;
  private final Backstores backstores;
  private final Configfs configfs;
  private final ConfigfsChange change;
  private final Steps steps;
  private final Lanes lanes;

  public Luns(
      Target target,
      Backstores backstores,
      Configfs configfs,
      ConfigfsChange change,
      Steps steps,
      Lanes lanes) {
    this.target = target;
    this.backstores = backstores;
    this.configfs = configfs;
    this.change = change;
    this.steps = steps;
    this.lanes = lanes;
  }

  /**
   * Whether the links that there are could not have been completed to what rule 2 wants: one is
   * missing before one that is there, or a relative port id is not the tag's place.
   */
  public boolean outOfOrder(Volume volume) {
    boolean gap = false;
    int place = 0;
    for (Portal portal : target.portals()) {
      place++;
      Optional<String> linked = linked(portal, volume);
      if (linked.isEmpty()) {
        gap = true;
      } else if (gap || !rightId(portal, volume, place)) {
        return true;
      }
    }
    return false;
  }

  private boolean rightId(Portal portal, Volume volume, int place) {
    boolean idOfGroup = configfs.read(target.group(portal) + "/rtpi").isPresent();
    String want = Integer.toString(idOfGroup ? portal.tag() : place);
    return configfs
        .read(lun(portal, volume) + "/statistics/scsi_port/indx")
        .orElse("")
        .equals(want);
  }

  /** Links a volume's backstore under every portal group, in the order of the tags. */
  public void ensure(Volume volume) {
    for (Portal portal : target.portals()) {
      String lun = lun(portal, volume);
      if (!configfs.isFolder(lun)) {
        steps.run("make LUN", step -> change.mkdir(step, lun));
      }
      Optional<String> linked = linked(portal, volume);
      if (linked.isEmpty()) {
        steps.run("link LUN", step -> change.link(step, lun + "/" + LINK, backstores.path(volume)));
      } else if (!linked.get().equals(backstores.path(volume))) {
        throw new KernelRefused(
            "LUN "
                + volume.lun()
                + " of "
                + target.name()
                + " is linked to "
                + linked.get()
                + ", which Braid did not do: remove it by hand");
      }
    }
  }

  /**
   * Parts a volume's LUNs from its backstore. Returns when the last command on it is done, whoever
   * sent it; new ones are refused from the start.
   *
   * @throws dev.braid.base.error.NotFenced if commands were still in flight at the deadline
   */
  public void drain(Volume volume, Deadline deadline) {
    for (Portal portal : target.portals()) {
      String lun = lun(portal, volume);
      for (var link : configfs.links(lun).entrySet()) {
        if (link.getValue().equals(backstores.path(volume))) {
          lanes.run(
              "LUN " + volume.lun() + " of portal group " + portal.tag(),
              deadline,
              () ->
                  steps.run("unlink LUN", step -> change.unlink(step, lun + "/" + link.getKey())));
        }
      }
    }
  }

  /** Removes what {@link #drain} has parted. */
  public void remove(Volume volume) {
    for (Portal portal : target.portals()) {
      String lun = lun(portal, volume);
      if (configfs.isFolder(lun)) {
        steps.run("remove LUN", step -> change.rmdir(step, lun));
      }
    }
  }

  private Optional<String> linked(Portal portal, Volume volume) {
    return configfs.links(lun(portal, volume)).values().stream()
        .filter(to -> to.startsWith("core/"))
        .findFirst();
  }

  private String lun(Portal portal, Volume volume) {
    return target.group(portal) + "/lun/lun_" + volume.lun();
  }
}
