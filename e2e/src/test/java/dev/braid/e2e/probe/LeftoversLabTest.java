package dev.braid.e2e.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.e2e.lab.InLab;
import dev.braid.e2e.lab.Machine;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Plants each kind of thing by hand, sees it, takes it away, sees nothing. Without this a test that
 * finds nothing left over would prove nothing.
 */
@InLab
class LeftoversLabTest {

  private static final String TARGET = "iqn.2003-01.org.example:planted";

  /** On a port of its own, so that it meets no other target of the head. */
  private static final String PORTAL = "10.77.1.11:3299";

  private static final String PLANT_ON_HEAD =
      """
      truncate -s 16M /srv/braid/planted.img
      loop=$(losetup --find --show /srv/braid/planted.img)
      sqlite3 /srv/braid/planted.db "CREATE TABLE volume (serial TEXT);
        INSERT INTO volume VALUES('0123456789abcdef012345678');
        CREATE TABLE pool (last_lun INTEGER); INSERT INTO pool VALUES(7);"
      cd /sys/kernel/config/target
      mkdir -p core/iblock_4242/planted
      echo udev_path=$loop > core/iblock_4242/planted/control
      echo 1 > core/iblock_4242/planted/enable
      mkdir -p iscsi/TARGET/tpgt_1/lun/lun_9 iscsi/TARGET/tpgt_1/np/PORTAL
      echo 0 > iscsi/TARGET/tpgt_1/attrib/authentication
      ln -s /sys/kernel/config/target/core/iblock_4242/planted iscsi/TARGET/tpgt_1/lun/lun_9/planted
      mkdir -p iscsi/TARGET/tpgt_1/acls/INITIATOR/lun_9
      ln -s /sys/kernel/config/target/iscsi/TARGET/tpgt_1/lun/lun_9 \
        iscsi/TARGET/tpgt_1/acls/INITIATOR/lun_9/planted
      echo 1 > iscsi/TARGET/tpgt_1/enable
      """;

  /** After the login, which would have to know it. */
  private static final String PLANT_SECRET =
      "echo secret-word > /sys/kernel/config/target/iscsi/TARGET/tpgt_1/acls/INITIATOR/auth/password";

  private static final String REMOVE_FROM_HEAD =
      """
      cd /sys/kernel/config/target
      echo 0 > iscsi/TARGET/tpgt_1/enable
      rm iscsi/TARGET/tpgt_1/acls/INITIATOR/lun_9/planted
      rmdir iscsi/TARGET/tpgt_1/acls/INITIATOR/lun_9 iscsi/TARGET/tpgt_1/acls/INITIATOR
      rm iscsi/TARGET/tpgt_1/lun/lun_9/planted
      rmdir iscsi/TARGET/tpgt_1/lun/lun_9 iscsi/TARGET/tpgt_1/np/PORTAL
      rmdir iscsi/TARGET/tpgt_1 iscsi/TARGET core/iblock_4242/planted core/iblock_4242
      losetup -j /srv/braid/planted.img | cut -d: -f1 | xargs losetup -d
      rm /srv/braid/planted.img /srv/braid/planted.db
      """;

  private static final String PLANT_ON_NODE =
      """
      iscsiadm -m node -o new -T TARGET -p PORTAL,1
      iscsiadm -m node -T TARGET -p PORTAL --login
      udevadm settle
      echo /36001405planted/ >> /etc/multipath/wwids
      echo "mpathzz 36001405planted" >> /etc/multipath/bindings
      echo "# planted" > /etc/multipath/conf.d/planted.conf
      echo "defaults { }" >> /etc/multipath/conf.d/planted.conf
      dmsetup create planted --uuid planted-uuid --table "0 2048 zero"
      dmsetup suspend planted
      mkdir -p /mnt/planted
      mount -t tmpfs one /mnt/planted && mount -t tmpfs one /mnt/planted
      mkdir /var/lib/kubelet/planted
      echo x > /var/lib/braid/planted && echo x > /run/braid/planted && echo x > /dev/planted
      cp /bin/sleep /tmp/iscsiadm
      setsid /tmp/iscsiadm 4244 > /dev/null 2>&1 < /dev/null &
      setsid dd if=/dev/mapper/planted of=/dev/null iflag=direct count=1 > /dev/null 2>&1 < /dev/null &
      """;

  private static final String REMOVE_FROM_NODE =
      """
      dmsetup resume planted
      pkill -x -f '/tmp/iscsiadm 4244'
      umount /mnt/planted && umount /mnt/planted && rmdir /mnt/planted
      udevadm settle
      dmsetup remove --retry planted
      rm /etc/multipath/conf.d/planted.conf
      sed -i /planted/d /etc/multipath/wwids /etc/multipath/bindings
      iscsiadm -m node -T TARGET -p PORTAL --logout
      iscsiadm -m node -T TARGET -p PORTAL -o delete
      rm /var/lib/braid/planted /run/braid/planted /dev/planted /tmp/iscsiadm
      rmdir /var/lib/kubelet/planted
      """;

  @Test
  @DisplayName(
      "Leftovers sees each kind that is planted on head and node, and nothing when it is gone")
  void planted(Machine san1, Machine node2) {
    List<Machine> machines = List.of(san1, node2);
    // Folders of others, there or not by what ran before; not what is planted.
    san1.run("mkdir -p /sys/kernel/config/target/iscsi");
    node2.run("mkdir -p /etc/multipath/conf.d /var/lib/braid /var/lib/kubelet /run/braid");
    var clean = Leftovers.of(machines);
    clean.assertNoneNow();

    san1.run(script(PLANT_ON_HEAD, node2));
    node2.run(script(PLANT_ON_NODE, node2));
    san1.run(script(PLANT_SECRET, node2));
    var planted = Leftovers.of(machines);
    var found = clean.now();
    String everything = found.toString();
    Diff head = in(found, san1);
    Diff node = in(found, node2);

    var softly = new SoftAssertions();
    softly.assertThat(everything).as("no secret is printed").doesNotContain("secret-word");
    sees(softly, head, Kind.POOL, "f /srv/braid/planted.img");
    sees(softly, head, Kind.LOOP, "/srv/braid/planted.img");
    sees(softly, head, Kind.BOOK, "volume ('0123456789abcdef012345678')");
    sees(softly, head, Kind.CONFIGFS, "./core/iblock_4242/planted/enable:1");
    sees(softly, head, Kind.CONFIGFS, "link ./iscsi/" + TARGET + "/tpgt_1/lun/lun_9/planted");
    sees(softly, head, Kind.CONFIGFS, TARGET + "/tpgt_1/acls/" + node2.iqn());
    sees(softly, node, Kind.RECORD, "file /etc/iscsi/nodes/" + TARGET);
    sees(softly, node, Kind.SESSION, TARGET + ",1 " + PORTAL);
    sees(softly, node, Kind.SCSI, ":9 LIO-ORG ");
    sees(softly, node, Kind.MULTIPATH, "wwids:/36001405planted/");
    sees(softly, node, Kind.MULTIPATH, "bindings:mpathzz 36001405planted");
    sees(softly, node, Kind.MULTIPATH, "conf.d/planted.conf:defaults { }");
    sees(softly, node, Kind.DM, "map planted uuid planted-uuid suspended 1");
    sees(softly, node, Kind.DM, "planted: 0 2048 zero");
    sees(softly, node, Kind.MOUNT, "/mnt/planted tmpfs one");
    sees(softly, node, Kind.FILE, "f /var/lib/braid/planted (2 bytes)");
    sees(softly, node, Kind.FILE, "f /run/braid/planted (2 bytes)");
    sees(softly, node, Kind.FILE, "f /dev/planted (2 bytes)");
    sees(softly, node, Kind.FILE, "d /var/lib/kubelet/planted");
    sees(softly, node, Kind.PROCESS, "iscsiadm: /tmp/iscsiadm 4244");
    sees(softly, node, Kind.PROCESS, "dd: waits in the kernel");
    softly.assertThat(node.added(Kind.MOUNT)).as("two mounts at one place are two").hasSize(2);
    softly.assertAll();
    assertThatThrownBy(clean::assertNoneNow).isInstanceOf(AssertionError.class);

    node2.run(script(REMOVE_FROM_NODE, node2));
    san1.run(script(REMOVE_FROM_HEAD, node2));

    assertThatCode(clean::assertNoneNow).doesNotThrowAnyException();
    var gone = planted.now();
    for (Kind kind : List.of(Kind.POOL, Kind.LOOP, Kind.BOOK, Kind.CONFIGFS)) {
      assertThat(in(gone, san1).removed(kind)).as("%s, gone", kind).isNotEmpty();
    }
    for (Kind kind :
        List.of(
            Kind.RECORD, Kind.SESSION, Kind.SCSI, Kind.MULTIPATH, Kind.DM, Kind.MOUNT, Kind.FILE)) {
      assertThat(in(gone, node2).removed(kind)).as("%s, gone", kind).isNotEmpty();
    }
  }

  private static Diff in(Map<Machine, Diff> changes, Machine machine) {
    return changes.getOrDefault(machine, new Diff(Map.of(), Map.of()));
  }

  private static void sees(SoftAssertions softly, Diff diff, Kind kind, String part) {
    softly
        .assertThat(diff.added(kind))
        .as("%s", kind)
        .anySatisfy(line -> assertThat(line).contains(part));
  }

  private static String script(String text, Machine node) {
    return "set -e\n"
        + text.replace("TARGET", TARGET).replace("PORTAL", PORTAL).replace("INITIATOR", node.iqn());
  }
}
