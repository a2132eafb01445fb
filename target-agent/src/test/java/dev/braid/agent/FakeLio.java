package dev.braid.agent;

import dev.braid.base.Iqn;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LIO's configfs in memory, as Linux 6.1 behaves; {@code LioTruthLabTest} asks the real one the
 * same questions. What the kernel does by itself:
 *
 * <ul>
 *   <li>mkdir fills a folder with attributes and default folders; rmdir takes those along, and
 *       refuses while there is something else inside or a link points here;
 *   <li>a backstore keeps the serial and product it got; enabling sets the product; both are fixed
 *       once it is linked;
 *   <li>a LUN's relative port id is the backstore's next one, and one is never given twice;
 *   <li>unlinking a LUN waits for its commands; removing a mapped LUN does not;
 *   <li>another cmdsn_depth ends the ACL's session, and waits for its commands; so does the ACL's
 *       removal; an initiator that still has its ACL logs in again by itself;
 *   <li>a portal group asks for what its ACL holds at a login, and never afterwards; what begins
 *       with NULL is none; with none at all nobody gets in.
 * </ul>
 */
final class FakeLio implements Configfs, ConfigfsChange {

  private static final Pattern HBA = Pattern.compile("core/iblock_\\d+");
  private static final Pattern BACKSTORE = Pattern.compile("core/iblock_\\d+/[^/]+");
  private static final Pattern TARGET = Pattern.compile("iscsi/[^/]+");
  private static final Pattern GROUP = Pattern.compile("iscsi/[^/]+/tpgt_\\d+");
  private static final Pattern PORTAL = Pattern.compile("iscsi/[^/]+/tpgt_\\d+/np/[^/]+");
  private static final Pattern LUN = Pattern.compile("iscsi/[^/]+/tpgt_\\d+/lun/lun_\\d+");
  private static final Pattern ACL = Pattern.compile("iscsi/[^/]+/tpgt_\\d+/acls/[^/]+");
  private static final Pattern MAPPED =
      Pattern.compile("iscsi/[^/]+/tpgt_\\d+/acls/[^/]+/lun_\\d+");

  private final Set<String> folders = new TreeSet<>();
  private final Set<String> defaults = new HashSet<>();
  private final Map<String, String> attributes = new TreeMap<>();
  private final Map<String, String> links = new TreeMap<>();
  private final Map<String, Integer> nextPortId = new HashMap<>();
  private final Map<String, Long> sessions = new TreeMap<>();
  private final Set<String> hiddenSessions = new TreeSet<>();
  private final Set<String> returning = new HashSet<>();
  private final Set<String> stuck = new HashSet<>();
  private final Map<String, Set<String>> inFlight = new HashMap<>();
  private final Map<String, Long> lastSession = new HashMap<>();
  private Pattern refused = Pattern.compile("none");

  FakeLio() {
    reboot();
  }

  /** All of it is gone; the modules are loaded again. */
  synchronized void reboot() {
    for (var everything : List.of(folders, defaults, hiddenSessions, returning, stuck)) {
      everything.clear();
    }
    for (var everything : List.of(attributes, links, nextPortId, sessions, inFlight, lastSession)) {
      everything.clear();
    }
    folders.addAll(List.of("", "core"));
  }

  // ---- Configfs

  @Override
  public synchronized boolean isFolder(String path) {
    return folders.contains(path);
  }

  @Override
  public synchronized List<String> folders(String path) {
    return folders.stream().filter(f -> isIn(f, path)).map(FakeLio::name).toList();
  }

  @Override
  public synchronized Map<String, String> links(String path) {
    var found = new TreeMap<String, String>();
    links.forEach(
        (link, to) -> {
          if (isIn(link, path)) {
            found.put(name(link), to);
          }
        });
    return found;
  }

  @Override
  public synchronized Optional<String> read(String path) {
    if (path.endsWith("/info") && folders.contains(parent(path))) {
      Long id = sessions.get(parent(path));
      return Optional.of(
          id == null
              ? "No active iSCSI Session for Initiator Endpoint: " + name(parent(path))
              : "InitiatorName: x\nLIO Session ID: "
                  + id
                  + "   ISID: 0x00 02 3d 03 00 00  TSIH: 1");
    }
    if (path.endsWith("/fabric_statistics/iscsi_instance/sessions")) {
      return Optional.of(Integer.toString(sessions.size() + hiddenSessions.size()));
    }
    return Optional.ofNullable(attributes.get(path)).map(String::strip);
  }

  // ---- ConfigfsChange

  @Override
  public synchronized void mkdir(Step step, String path) {
    refuseIfTold("mkdir", path);
    if (folders.contains(path)) {
      return;
    }
    require(folders.contains(parent(path)), "mkdir", path, "ENOENT");
    if (path.equals("iscsi")) {
      fill(path, List.of("discovery_auth"), Map.of());
    } else if (HBA.matcher(path).matches()) {
      fill(path, List.of(), Map.of("hba_info", ""));
    } else if (BACKSTORE.matcher(path).matches()) {
      fill(
          path,
          List.of("action", "alua", "attrib", "pr", "statistics", "wwn"),
          Map.of(
              "enable", "0",
              "control", "",
              "udev_path", "",
              "attrib/emulate_tpu", "0",
              "wwn/vpd_unit_serial", "T10 VPD Unit Serial Number: ",
              "wwn/product_id", ""));
      nextPortId.put(path, 1);
    } else if (TARGET.matcher(path).matches()) {
      fill(path, List.of("fabric_statistics"), Map.of());
    } else if (GROUP.matcher(path).matches()) {
      fill(
          path,
          List.of("acls", "attrib", "auth", "lun", "np", "param"),
          Map.of(
              "enable", "0",
              "attrib/authentication", "1",
              "attrib/generate_node_acls", "0",
              "attrib/demo_mode_write_protect", "1",
              "attrib/demo_mode_discovery", "1",
              "attrib/cache_dynamic_acls", "0"));
    } else if (PORTAL.matcher(path).matches()) {
      fill(path, List.of(), Map.of("iser", "0"));
    } else if (LUN.matcher(path).matches()) {
      fill(path, List.of("statistics"), Map.of());
    } else if (MAPPED.matcher(path).matches()) {
      fill(path, List.of("statistics"), Map.of("write_protect", ""));
    } else if (ACL.matcher(path).matches()) {
      fill(
          path,
          List.of("attrib", "auth", "fabric_statistics", "param"),
          Map.of(
              "cmdsn_depth", "64",
              "auth/userid", "",
              "auth/password", "",
              "auth/userid_mutual", "",
              "auth/password_mutual", ""));
    } else {
      throw refused("mkdir", path, parent(path).equals("core") ? "EINVAL" : "EPERM");
    }
  }

  private void fill(String path, List<String> groups, Map<String, String> values) {
    folders.add(path);
    for (String group : groups) {
      folders.add(path + "/" + group);
      defaults.add(path + "/" + group);
    }
    values.forEach((attribute, value) -> attributes.put(path + "/" + attribute, value));
  }

  @Override
  public void rmdir(Step step, String path) {
    synchronized (this) {
      if (!folders.contains(path)) {
        return;
      }
      require(!defaults.contains(path), "rmdir", path, "EPERM");
      require(!links.containsValue(path), "rmdir", path, "EBUSY");
      require(
          folders.stream().noneMatch(f -> isIn(f, path) && !defaults.contains(f)),
          "rmdir",
          path,
          "ENOTEMPTY");
      require(links.keySet().stream().noneMatch(l -> isIn(l, path)), "rmdir", path, "ENOTEMPTY");
    }
    if (ACL.matcher(path).matches()) {
      endSession(path);
      synchronized (this) {
        sessions.remove(path); // it may have come back meanwhile; nothing is in flight on it
      }
    }
    synchronized (this) {
      folders.removeIf(f -> f.equals(path) || f.startsWith(path + "/"));
      defaults.removeIf(f -> f.startsWith(path + "/"));
      attributes.keySet().removeIf(a -> a.startsWith(path + "/"));
      nextPortId.remove(path);
      notifyAll();
    }
  }

  @Override
  public void write(Step step, String path, String value) {
    synchronized (this) {
      refuseIfTold("write", path);
      require(attributes.containsKey(path), "write", path, "ENOENT");
      String owner = parent(path);
      if (path.matches("core/.*/control")) {
        require(!"1".equals(attributes.get(owner + "/enable")), "write", path, "EEXIST");
        require(value.startsWith("udev_path=/dev/"), "write", path, "EINVAL");
      } else if (path.matches("core/.*/enable")) {
        require(!"1".equals(attributes.get(path)), "write", path, "EEXIST");
        String device = String.valueOf(attributes.get(owner + "/control")).replaceFirst(".*=", "");
        require(device.startsWith("/dev/"), "write", path, "EINVAL");
        require(!devices().contains(device), "write", path, "EBUSY");
        attributes.put(owner + "/wwn/product_id", "IBLOCK");
      } else if (path.contains("/wwn/")) {
        require(!links.containsValue(parent(owner)), "write", path, "EINVAL");
        if (path.endsWith("vpd_unit_serial")) {
          attributes.put(path, "T10 VPD Unit Serial Number: " + value);
          return;
        }
      } else if (path.endsWith("/write_protect")) {
        if (links.keySet().stream().noneMatch(l -> isIn(l, owner))) {
          return; // taken, and without effect
        }
      }
      if (!path.endsWith("/cmdsn_depth") || value.equals(attributes.get(path))) {
        attributes.put(path, value);
        return;
      }
    }
    endSession(parent(path));
    synchronized (this) {
      attributes.put(path, value);
      comeBack(parent(path));
    }
  }

  @Override
  public synchronized void link(Step step, String path, String target) {
    refuseIfTold("symlink", path);
    if (target.equals(links.get(path))) {
      return;
    }
    require(!links.containsKey(path), "symlink", path, "EEXIST");
    String owner = parent(path);
    require(folders.contains(target) && folders.contains(owner), "symlink", path, "ENOENT");
    if (LUN.matcher(owner).matches()) {
      require(BACKSTORE.matcher(target).matches(), "symlink", path, "EINVAL");
      require("1".equals(attributes.get(target + "/enable")), "symlink", path, "ENODEV");
      require(links(owner).isEmpty(), "symlink", path, "EEXIST");
      int id = nextPortId.getOrDefault(target, 1);
      nextPortId.put(target, id + 1);
      attributes.put(owner + "/statistics/scsi_port/indx", Integer.toString(id));
    } else if (MAPPED.matcher(owner).matches()) {
      require(LUN.matcher(target).matches(), "symlink", path, "EINVAL");
      require(group(target).equals(group(owner)), "symlink", path, "EINVAL");
      require(!links(target).isEmpty(), "symlink", path, "EINVAL");
      attributes.put(owner + "/write_protect", "0");
    } else {
      throw refused("symlink", path, "EPERM");
    }
    links.put(path, target);
  }

  @Override
  public void unlink(Step step, String path) {
    String owner = parent(path);
    String target;
    synchronized (this) {
      target = links.get(path);
      if (target == null) {
        return;
      }
      if (LUN.matcher(owner).matches()) {
        awaitWhile(() -> stuck.contains(target));
      }
    }
    synchronized (this) {
      links.remove(path);
      if (MAPPED.matcher(owner).matches()) {
        attributes.put(owner + "/write_protect", "");
      } else {
        attributes.remove(owner + "/statistics/scsi_port/indx");
      }
    }
  }

  /** From now on calls like {@code mkdir core/iblock_1} that match are refused. */
  synchronized void refuse(String calls) {
    refused = Pattern.compile(calls);
  }

  private void refuseIfTold(String call, String path) {
    require(!refused.matcher(call + " " + path).matches(), call, path, "ENOMEM");
  }

  // ---- initiators

  /**
   * An initiator logs in through one portal group, and will come back whenever its session ends.
   */
  synchronized long login(Iqn initiator, Iqn target, int tag) {
    String acl = acl(initiator, target, tag);
    require(folders.contains(acl), "login", acl, "no ACL");
    require("1".equals(attributes.get(group(acl) + "/enable")), "login", acl, "not enabled");
    returning.add(acl);
    return begin(acl);
  }

  /** Whether a login with this would come about. */
  synchronized boolean letsIn(
      Iqn initiator, Iqn target, int tag, Optional<ChapCredentials.Login> proof) {
    String acl = acl(initiator, target, tag);
    if (!folders.contains(acl)) {
      return false;
    }
    if (!"1".equals(attributes.get(group(acl) + "/attrib/authentication"))) {
      return true;
    }
    Optional<ChapCredentials.Login> kept =
        kept(acl, "userid")
            .flatMap(
                user ->
                    kept(acl, "password")
                        .map(password -> new ChapCredentials.Login(user, password)));
    return kept.isPresent() && kept.equals(proof);
  }

  /** What the target would prove itself with. */
  synchronized Optional<ChapCredentials.Login> proof(Iqn initiator, Iqn target, int tag) {
    String acl = acl(initiator, target, tag);
    return kept(acl, "userid_mutual")
        .flatMap(
            user ->
                kept(acl, "password_mutual")
                    .map(password -> new ChapCredentials.Login(user, password)));
  }

  private Optional<String> kept(String acl, String field) {
    return read(acl + "/auth/" + field).filter(v -> !v.isEmpty() && !v.startsWith("NULL"));
  }

  /** Each portal group counts its own sessions. */
  private long begin(String acl) {
    long id = lastSession.merge(group(acl), 1L, Long::sum);
    sessions.put(acl, id);
    return id;
  }

  /** It logs out, or its machine is dead. */
  synchronized void logout(Iqn initiator, Iqn target, int tag) {
    returning.remove(acl(initiator, target, tag));
    sessions.remove(acl(initiator, target, tag));
  }

  synchronized Optional<Long> session(Iqn initiator, Iqn target, int tag) {
    return Optional.ofNullable(sessions.get(acl(initiator, target, tag)));
  }

  /** A session that was replaced by a newer one, with commands that its device does not answer. */
  synchronized void hideSession(String name) {
    hiddenSessions.add(name);
  }

  synchronized void revealSession(String name) {
    hiddenSessions.remove(name);
    notifyAll();
  }

  /** A backstore's device answers no more, with a command of every session that can see it. */
  synchronized void stick(String backstore) {
    stuck.add(backstore);
    var all = new HashSet<String>();
    sessions.forEach((acl, id) -> all.add(acl + " " + id));
    inFlight.put(backstore, all);
  }

  /** It answers again. */
  synchronized void unstick(String backstore) {
    stuck.remove(backstore);
    inFlight.remove(backstore);
    notifyAll();
  }

  private void endSession(String acl) {
    synchronized (this) {
      Long id = sessions.get(acl);
      if (id != null) {
        awaitWhile(() -> inFlight.values().stream().anyMatch(ids -> ids.contains(acl + " " + id)));
        sessions.remove(acl, id);
      }
    }
  }

  private synchronized void comeBack(String acl) {
    if (returning.contains(acl) && folders.contains(acl)) {
      begin(acl);
    }
  }

  /** As the kernel waits: no interrupt ends it. */
  private synchronized void awaitWhile(java.util.function.BooleanSupplier condition) {
    while (condition.getAsBoolean()) {
      try {
        wait();
      } catch (InterruptedException e) {
        // a thread that waits in the kernel does not hear it
      }
    }
  }

  // ---- what a test looks at

  /** Every folder that is not the kernel's own, link, and attribute that matters; one a line. */
  synchronized String picture() {
    var lines = new TreeSet<String>();
    folders.stream().filter(f -> !defaults.contains(f)).forEach(f -> lines.add(f + "/"));
    links.forEach((link, to) -> lines.add(link + " -> " + to));
    attributes.forEach(
        (attribute, value) -> {
          if (!attribute.endsWith("cmdsn_depth")) {
            lines.add(attribute + " = " + value);
          }
        });
    return String.join("\n", lines);
  }

  /** The devices that enabled backstores hold. */
  synchronized Set<String> devices() {
    var devices = new TreeSet<String>();
    attributes.forEach(
        (attribute, value) -> {
          if (attribute.endsWith("/control")
              && "1".equals(attributes.get(parent(attribute) + "/enable"))) {
            devices.add(value.replaceFirst("udev_path=", ""));
          }
        });
    return devices;
  }

  private static String acl(Iqn initiator, Iqn target, int tag) {
    return "iscsi/" + target + "/tpgt_" + tag + "/acls/" + initiator;
  }

  private static String group(String path) {
    Matcher m = Pattern.compile("(iscsi/[^/]+/tpgt_\\d+).*").matcher(path);
    return m.matches() ? m.group(1) : "";
  }

  private static boolean isIn(String path, String folder) {
    return !path.isEmpty() && parent(path).equals(folder);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static void require(boolean condition, String call, String path, String error) {
    if (!condition) {
      throw refused(call, path, error);
    }
  }

  private static KernelRefused refused(String call, String path, String error) {
    return new KernelRefused(call + " " + path + ": " + error);
  }
}
