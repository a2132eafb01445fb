package dev.braid.e2e.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the script printed on a real machine, and what is made of it. */
class SnapshotTest {

  private static final String SELF =
      """
      probe 372
           1        0 Ss     systemd          /sbin/init
           2        0 S      kthreadd         [kthreadd]
           3        2 I<     rcu_gp           [rcu_gp]
         344        1 Ss     sshd             sshd: /usr/sbin/sshd -D [listener] 0 of 100-200 startups
         351      344 Ss     sshd             sshd: root@notty
         371      351 S      timeout          timeout -k 2 60 bash -c # Prints what
         372      371 Ss     bash             bash -c # Prints what a machine holds
         379      372 R      ps               ps -ww -e -o pid:8=,ppid:8=,stat:6=,comm:16=,args=
      """;

  /** Sections of the script, each with what a test gives it. */
  private static final class Printed {
    private final Map<Kind, String> sections = new EnumMap<>(Kind.class);

    Printed() {
      with(Kind.PROCESS, SELF);
    }

    Printed with(Kind kind, String lines) {
      sections.merge(kind, lines.stripTrailing() + "\n", String::concat);
      return this;
    }

    String text() {
      var text = new StringBuilder();
      for (Kind kind : Kind.values()) {
        text.append("=== ").append(kind.name().toLowerCase(Locale.ROOT)).append('\n');
        text.append(sections.getOrDefault(kind, ""));
      }
      return text.append("=== end\n").toString();
    }

    Snapshot snapshot() {
      return SnapshotParser.parse(text());
    }
  }

  private static Printed printed() {
    return new Printed();
  }

  private static Diff added(Kind kind, String lines) {
    return printed().with(kind, lines).snapshot().since(printed().snapshot());
  }

  @Test
  @DisplayName("A thing that is there now and was not before is left over, under its kind")
  void leftOver() {
    String device = "2:0:0:300 LIO-ORG Braid naa.60014050123456789abcdef012345678 running";
    Snapshot before = printed().with(Kind.SCSI, device).snapshot();
    Snapshot now =
        printed()
            .with(Kind.SCSI, device + "\n" + device.replace("2:", "3:"))
            .with(Kind.LOOP, "loop0 /srv/braid/a.img (deleted)")
            .snapshot();

    Diff diff = now.since(before);

    assertThat(diff.added(Kind.SCSI)).containsExactly(device.replace("2:", "3:"));
    assertThat(diff)
        .hasToString(
            "  SCSI devices\n    + "
                + device.replace("2:", "3:")
                + "\n  loop devices\n    + loop0 /srv/braid/a.img (deleted)\n");
    assertThat(now).isNotEqualTo(before);
  }

  @Test
  @DisplayName("Rule 16: a thing that is gone is a difference too")
  void gone() {
    Snapshot before =
        printed().with(Kind.SESSION, "iqn.2003-01.other:x,1 10.77.1.9:3260").snapshot();

    Diff diff = printed().snapshot().since(before);

    assertThat(diff.removed(Kind.SESSION)).hasSize(1);
    assertThat(diff).hasToString("  iSCSI sessions\n    - iqn.2003-01.other:x,1 10.77.1.9:3260\n");
  }

  @Test
  @DisplayName(
      "Two mounts at one place are two; a mount keeps its line when the kernel renumbers it")
  void mounts() {
    String one = "90 26 253:0 / /mnt/a rw,relatime shared:9 master:2 - ext4 /dev/mapper/m rw\n";
    String two = "97 90 253:0 / /mnt/a rw,relatime - ext4 /dev/mapper/m rw,stripe=8\n";
    Snapshot once = printed().with(Kind.MOUNT, one).snapshot();

    assertThat(once.lines(Kind.MOUNT))
        .containsExactly("/mnt/a ext4 /dev/mapper/m root / rw,relatime");
    assertThat(printed().with(Kind.MOUNT, two).snapshot()).isEqualTo(once);
    assertThat(printed().with(Kind.MOUNT, one + two).snapshot().since(once).added(Kind.MOUNT))
        .hasSize(1);
    assertThat(added(Kind.MOUNT, one.replace("/dev/mapper/m rw", "/dev/mapper/m ro")).toString())
        .contains("/mnt/a", "device read-only");
  }

  @Test
  @DisplayName("What Kubernetes keeps of containers says nothing; what it keeps of volumes does")
  void kubernetes() {
    String pod = "/var/lib/kubelet/pods/0f1c3c52-52b5-4a41-8f7e-1d3d3f4f2a10";
    String claim = "/volumes/kubernetes.io~csi/pvc-1";
    String staging = "/var/lib/kubelet/plugins/kubernetes.io/csi/braid.dev";

    Diff files =
        added(
            Kind.FILE,
            String.join(
                "\n",
                "d " + pod,
                "f " + pod + "/etc-hosts (120 bytes)",
                "d " + pod + "/volumes/kubernetes.io~csi",
                "d " + pod + claim,
                "d " + staging,
                "d " + staging + "/abc",
                "f /var/lib/kubelet/actuated_pods_state (12 bytes)",
                "d /var/lib/kubelet/planted"));
    Diff mounts =
        added(
            Kind.MOUNT,
            """
            90 26 0:40 / /run/containerd/io.containerd.runtime.v2.task/k8s.io/a/rootfs rw - overlay overlay rw
            91 26 0:41 / POD/volumes/kubernetes.io~projected/token rw - tmpfs tmpfs rw
            92 26 253:0 / PODCLAIM/mount rw - ext4 /dev/dm-0 rw
            """
                .replace("PODCLAIM", pod + claim)
                .replace("POD", pod));

    assertThat(files.added(Kind.FILE))
        .containsExactlyInAnyOrder(
            "d " + pod + claim, "d " + staging + "/abc", "d /var/lib/kubelet/planted");
    assertThat(mounts.added(Kind.MOUNT)).singleElement().asString().contains(pod + claim);
  }

  @Test
  @DisplayName("Mounts that the system makes for its own services say nothing")
  void mountsOfTheSystem() {
    Diff diff =
        added(
            Kind.MOUNT,
            """
            63 25 0:33 / /run/credentials/systemd-sysctl.service ro - ramfs ramfs rw,mode=700
            64 25 0:34 / /run/user/0 rw,nosuid shared:70 - tmpfs tmpfs rw
            95 34 0:37 / /proc/sys/fs/binfmt_misc rw shared:51 - binfmt_misc binfmt_misc rw
            """);

    assertThat(diff.isEmpty()).isTrue();
  }

  @Test
  @DisplayName(
      "A node record, or a word changed in one, is seen; the folders open-iscsi keeps are not")
  void records() {
    String kept = "folder /etc/iscsi\nfolder /etc/iscsi/nodes\nfolder /etc/iscsi/send_targets\n";
    String record = "/etc/iscsi/nodes/iqn.2003-01.x:y/10.77.1.11,3260,1/default";

    assertThat(added(Kind.RECORD, kept).isEmpty()).isTrue();
    assertThat(added(Kind.RECORD, "folder /etc/iscsi/nodes/iqn.2003-01.x:y").isEmpty()).isFalse();
    Snapshot before =
        printed().with(Kind.RECORD, "d41d8cd98f00b204e9800998ecf8427e  " + record).snapshot();
    Snapshot now =
        printed().with(Kind.RECORD, "e41d8cd98f00b204e9800998ecf8427e  " + record).snapshot();
    assertThat(now.since(before).added(Kind.RECORD).get(0)).contains(record);
    assertThat(now.since(before).removed(Kind.RECORD).get(0)).contains(record);
  }

  @Test
  @DisplayName("Rule 8: volumes, publications and debts in the book count; its counters may go on")
  void book() {
    Diff diff =
        added(
            Kind.BOOK,
            """
            PRAGMA foreign_keys=OFF;
            CREATE TABLE volume (serial TEXT PRIMARY KEY) STRICT;
            INSERT INTO pool VALUES(1,'lab','iqn.2026-11.dev.braid.lab:pool-lab',1,17,9);
            INSERT INTO volume VALUES('0123456789abcdef012345678');
            INSERT INTO debt VALUES('0123456789abcdef012345678','node1',17);
            COMMIT;
            """);

    assertThat(diff.added(Kind.BOOK))
        .containsExactly(
            "debt ('0123456789abcdef012345678','node1',17)",
            "volume ('0123456789abcdef012345678')");
  }

  @Test
  @DisplayName("Rule 12: a lock's file comes and goes with those who have it, or stays of a kill")
  void locks() {
    assertThat(added(Kind.FILE, "f /run/braid/locks/volume-36001405x (512 bytes)").isEmpty())
        .isTrue();
    assertThat(added(Kind.POOL, "f /srv/braid/locks/target-iqn.2003-01.x:y").isEmpty()).isTrue();
    assertThat(added(Kind.FILE, "f /run/braid/locks.new (512 bytes)").isEmpty()).isFalse();
    assertThat(added(Kind.FILE, "d /run/braid/locks/folder").isEmpty()).isFalse();
  }

  @Test
  @DisplayName("A program left running is seen, also one that hangs in the kernel or is a zombie")
  void processes() {
    Diff diff =
        added(
            Kind.PROCESS,
            """
                 401        1 S      iscsiadm         iscsiadm -m node --login
                 402      390 Z      mkfs.ext4        [mkfs.ext4] <defunct>
                 403        2 D      kworker/0:1-ev   [kworker/0:1-events]
                 404        1 Ds     (udev-worker)    (udev-worker)
            """);

    assertThat(diff.added(Kind.PROCESS))
        .containsExactly(
            "(udev-worker): waits in the kernel: (udev-worker)",
            "iscsiadm: iscsiadm -m node --login",
            "kworker/0:1-ev: waits in the kernel: [kworker/0:1-events]",
            "mkfs.ext4: [mkfs.ext4] <defunct>");
    assertThat(diff.isForGood()).isFalse();
  }

  @Test
  @DisplayName("The probe itself, kernel threads, and the system's services are no leftovers")
  void processesOfTheSystem() {
    Diff diff =
        added(
            Kind.PROCESS,
            """
                 380      372 S      bash             bash -c # Prints what a machine holds
                 403        2 I      kworker/0:1-ev   [kworker/0:1-events]
                 404        1 Ss     (udev-worker)    (udev-worker)
                 405        1 Ss     systemd-hostnam  /lib/systemd/systemd-hostnamed
            """);

    assertThat(diff.isEmpty()).isTrue();
  }

  @Test
  @DisplayName("A process that ended, or was started anew, is no difference")
  void processesEnded() {
    Snapshot before =
        printed().with(Kind.PROCESS, " 900 1 Ssl    java             java Main").snapshot();
    Snapshot anew =
        printed().with(Kind.PROCESS, " 977 1 Rl     java             java Main").snapshot();

    assertThat(anew.since(before).isEmpty()).isTrue();
    assertThat(printed().snapshot().since(before).isEmpty()).isTrue();
  }

  @Test
  @DisplayName("What could not be looked at is never taken for clean")
  void notLookedAt() {
    String whole = printed().text();

    assertThatThrownBy(() -> SnapshotParser.parse(whole.replace("=== end\n", "")))
        .hasMessageContaining("breaks off");
    assertThatThrownBy(() -> SnapshotParser.parse(whole.replace("=== dm\n", "")))
        .hasMessageContaining("no section on device-mapper");
    assertThatThrownBy(() -> printed().with(Kind.BOOK, "!!! sqlite3 /srv/braid/book.db").snapshot())
        .hasMessageContaining("could not be looked at: sqlite3");
    assertThatThrownBy(() -> printed().with(Kind.MOUNT, "no mount").snapshot())
        .hasMessageContaining("mountinfo");
  }
}
