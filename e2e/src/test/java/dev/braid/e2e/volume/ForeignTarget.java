package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;

/**
 * A target on the head beside Braid's, at the same portal, and its disk mounted on a node: all of
 * it made by hand, with a record that scans by itself, and none of Braid's business.
 */
final class ForeignTarget implements Undo {

  private static final String NAME = "iqn.2026-11.org.example:theirs";
  private static final String MOUNT = "/mnt/theirs";
  private static final String LIO = "/sys/kernel/config/target";
  private static final String STORE = LIO + "/core/rd_mcp_77/theirs";
  private static final String GROUP = LIO + "/iscsi/" + NAME + "/tpgt_1";

  private final Machine head;
  private final Machine node;
  private final String portal;
  private final NodeSessions sessions;

  private ForeignTarget(Machine head, Machine node) {
    this.head = head;
    this.node = node;
    this.portal = head.address(SanNetwork.A) + ":3260";
    this.sessions = new NodeSessions(node, NAME);
  }

  /** Returns when a file is on it. */
  static ForeignTarget inUse(Machine head, Machine node) {
    var foreign = new ForeignTarget(head, node);
    foreign.serve();
    foreign.use();
    return foreign;
  }

  private void serve() {
    head.run(
        String.join(
            " && ",
            "mkdir -p " + STORE,
            "echo rd_pages=8192 > " + STORE + "/control",
            "echo 1 > " + STORE + "/enable",
            "echo theirs > " + STORE + "/wwn/vpd_unit_serial",
            "mkdir -p " + GROUP + "/np/" + portal + " " + GROUP + "/lun/lun_0",
            "ln -s " + STORE + " " + GROUP + "/lun/lun_0/disk",
            "echo 0 > " + GROUP + "/attrib/authentication",
            "mkdir -p " + mapped(),
            "ln -s " + GROUP + "/lun/lun_0 " + mapped() + "/lun",
            "echo 0 > " + mapped() + "/write_protect",
            "echo 1 > " + GROUP + "/enable"));
  }

  private void use() {
    node.run(record() + " -o new && " + record() + " --login");
    Wait.until(
        "their disk is there",
        Duration.ofSeconds(30),
        () -> node.exec("udevadm settle -t 5; test -b " + disk()).ok());
    node.run(
        "mkfs.ext4 -q -F "
            + disk()
            + " && mkdir -p "
            + MOUNT
            + " && mount "
            + disk()
            + " "
            + MOUNT
            + " && dd if=/dev/urandom of="
            + MOUNT
            + "/file bs=64k count=16 oflag=direct status=none");
  }

  /** Which session, record, device and data it is: the same as long as nobody touched it. */
  String state() {
    return sessions.ids()
        + node.run(
            "readlink -f "
                + disk()
                + "; find "
                + sessions.folder()
                + " -type f -exec md5sum {} +; grep "
                + MOUNT
                + " /proc/mounts; dd if="
                + MOUNT
                + "/file bs=64k iflag=direct status=none | md5sum; touch "
                + MOUNT
                + "/touched && sync -f "
                + MOUNT);
  }

  @Override
  public void close() {
    node.run(
        "umount "
            + MOUNT
            + " && rmdir "
            + MOUNT
            + " && "
            + record()
            + " --logout && "
            + record()
            + " -o delete");
    head.run(
        String.join(
            " && ",
            "echo 0 > " + GROUP + "/enable",
            "rm " + mapped() + "/lun",
            "rmdir " + mapped() + " " + acl(),
            "rm " + GROUP + "/lun/lun_0/disk",
            "rmdir " + GROUP + "/lun/lun_0 " + GROUP + "/np/" + portal + " " + GROUP,
            "rmdir " + LIO + "/iscsi/" + NAME,
            "rmdir " + STORE + " " + LIO + "/core/rd_mcp_77"));
  }

  private String record() {
    return "iscsiadm -m node -T " + NAME + " -p " + portal + ",1";
  }

  private String disk() {
    return "/dev/disk/by-path/ip-" + portal + "-iscsi-" + NAME + "-lun-0";
  }

  private String acl() {
    return GROUP + "/acls/" + node.iqn();
  }

  private String mapped() {
    return acl() + "/lun_0";
  }
}
