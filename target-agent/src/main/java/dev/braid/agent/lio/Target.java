package dev.braid.agent.lio;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The target itself: one portal group for each portal, closed to whoever has no ACL. */
public final class Target {

  private static final String AUTHENTICATION = "/attrib/authentication";

  /** What a portal group is set to before anybody can log in to it. */
  private static final Map<String, String> ATTRIBUTES = attributes();

  private final Iqn name;
  private final List<Portal> portals;
  private final boolean authenticates;
  private final Configfs configfs;
  private final ConfigfsChange change;
  private final Steps steps;

  /**
   * @param authenticates whether who logs in must prove who he is, or to have an ACL is enough
   */
  public Target(
      Iqn name,
      List<Portal> portals,
      boolean authenticates,
      Configfs configfs,
      ConfigfsChange change,
      Steps steps) {
    this.name = name;
    this.authenticates = authenticates;
    this.portals = portals.stream().sorted(Comparator.comparingInt(Portal::tag)).toList();
    this.configfs = configfs;
    this.change = change;
    this.steps = steps;
  }

  private static Map<String, String> attributes() {
    var attributes = new LinkedHashMap<String, String>();
    attributes.put("generate_node_acls", "0"); // who has no ACL gets nothing
    attributes.put("demo_mode_write_protect", "1");
    attributes.put("demo_mode_discovery", "0"); // nor does discovery tell him of the target
    attributes.put("cache_dynamic_acls", "0");
    return attributes;
  }

  public Iqn name() {
    return name;
  }

  /** In the order of their tags. */
  public List<Portal> portals() {
    return portals;
  }

  public boolean exists() {
    return configfs.isFolder(path());
  }

  /** Portal groups of the target that the settings do not name: nothing here would guard them. */
  public List<String> unnamed() {
    if (!exists()) {
      return List.of();
    }
    Set<String> named = portals.stream().map(p -> "tpgt_" + p.tag()).collect(Collectors.toSet());
    return configfs.folders(path()).stream()
        .filter(folder -> folder.startsWith("tpgt_") && !named.contains(folder))
        .sorted()
        .toList();
  }

  /**
   * Makes the target and its portal groups, as far as nobody can log in yet: {@link #authenticate}
   * and {@link #enable} are still to come.
   */
  public void prepare() {
    if (!configfs.isFolder("iscsi")) {
      steps.run("load iSCSI target", step -> change.mkdir(step, "iscsi"));
    }
    if (!exists()) {
      steps.run("make target", step -> change.mkdir(step, path()));
    }
    portals.forEach(this::prepare);
  }

  private void prepare(Portal portal) {
    String group = group(portal);
    if (!configfs.isFolder(group)) {
      steps.run("make portal group", step -> change.mkdir(step, group));
    }
    ATTRIBUTES.forEach((attribute, value) -> set(group + "/attrib/" + attribute, value));
    if (configfs.read(group + "/rtpi").isPresent()) {
      // Linux 6.4 and later: the relative port id is the portal group's, and can be said (rule 2).
      set(group + "/rtpi", Integer.toString(portal.tag()));
    }
    String endpoint = group + "/np/" + portal.endpoint();
    if (!configfs.isFolder(endpoint)) {
      steps.run("make portal", step -> change.mkdir(step, endpoint));
    }
  }

  /**
   * Has every portal group ask who logs in to prove it, or not, as was said. For logins from now
   * on: sessions go on. Before it asks, the ACLs that are there are to hold what is proven; before
   * they lose it, it is to ask no more.
   *
   * @return the portal groups that did not do so
   * @throws KernelRefused if one does not even now
   */
  public List<Portal> authenticate() {
    return portals.stream().filter(this::authenticate).toList();
  }

  private boolean authenticate(Portal portal) {
    String attribute = group(portal) + AUTHENTICATION;
    String wanted = authenticates ? "1" : "0";
    if (configfs.read(attribute).orElse("").equals(wanted)) {
      return false;
    }
    set(attribute, wanted);
    if (!configfs.read(attribute).orElse("").equals(wanted)) {
      throw new KernelRefused(
          "portal group "
              + portal.tag()
              + " of "
              + name
              + " was told "
              + (authenticates ? "to ask for CHAP" : "not to ask for CHAP")
              + ", and does not do so");
    }
    return true;
  }

  private void set(String attribute, String value) {
    if (!configfs.read(attribute).orElse("").equals(value)) {
      steps.run("set portal group", step -> change.write(step, attribute, value));
    }
  }

  /** Opens the portal groups. Everything that initiators may look for is there (rule 6). */
  public void enable() {
    for (Portal portal : portals) {
      String enable = group(portal) + "/enable";
      if (!configfs.read(enable).orElse("").equals("1")) {
        steps.run("enable portal group", step -> change.write(step, enable, "1"));
      }
    }
  }

  String path() {
    return "iscsi/" + name;
  }

  String group(Portal portal) {
    return path() + "/tpgt_" + portal.tag();
  }
}
