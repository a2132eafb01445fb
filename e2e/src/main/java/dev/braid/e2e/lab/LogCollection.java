package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Everything a machine can tell about what happened, one file per kind. */
final class LogCollection {

  /** One silent command must not cost the others: a D state is what is often looked for. */
  private static final Duration EACH = Duration.ofSeconds(30);

  private static final Map<String, String> EVERYWHERE =
      ordered(
          "journal.log", "journalctl --no-pager -o short-precise",
          "dmesg.log", "dmesg",
          "state.log",
              "set -x; uptime; systemctl --failed --no-pager; ip -br address; ip -br link; tc qdisc;"
                  + " ss -tn; cat /proc/mounts; lsblk; df -h; free -m;"
                  + " ps -eo pid,ppid,stat,wchan:24,etimes,rss,args",
          "etc-braid.log", "ls -lR /etc/braid /opt/braid | head -200");

  private static final Map<String, String> NODE =
      ordered(
          "multipath.log",
              "set -x; multipath -ll; multipathd show paths; multipathd show maps;"
                  + " cat /etc/multipath/wwids /etc/multipath/bindings; multipathd show config local",
          "scsi.log", "set -x; lsscsi -tg; lsscsi -i; ls -l /sys/class/iscsi_session",
          "iscsi.log", "set -x; iscsiadm -m session -P 3; iscsiadm -m node; ls -R /etc/iscsi/nodes",
          "pods.log",
              "test -d /var/log/pods || exit 0; set -x; ip route; nft list ruleset; ip -br address;"
                  + " ctr -n k8s.io images list -q; ctr -n k8s.io containers list;"
                  + " tail -n 1000 /var/log/pods/*/*/*.log",
          "dm.log", "set -x; dmsetup ls --tree; dmsetup table; dmsetup status; dmsetup info");

  private static final Map<String, String> HEAD =
      ordered(
          "configfs.log",
          "cd /sys/kernel/config/target || exit; find . | sort; echo; "
              + "find . -type f \\( -name '*auth*' -o -name password* -o -name userid* \\) -prune"
              + " -o -type f -readable -print0 | sort -z"
              + " | xargs -0 -r grep -sH ''",
          "pool.log",
          "set -x; losetup -l; ls -lsR /srv/braid");

  private LogCollection() {}

  static void collect(Machine machine, Path into) {
    try {
      Files.createDirectories(into);
      try (Stream<Path> files = Files.list(machine.folder())) {
        for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
          Files.copy(file, into.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      if (!machine.isReachable()) {
        Files.writeString(into.resolve("not-reachable.log"), "only the console is there\n");
        return;
      }
      for (Map<String, String> part :
          java.util.List.of(EVERYWHERE, machine.role() == Role.HEAD ? HEAD : NODE)) {
        for (Map.Entry<String, String> entry : part.entrySet()) {
          machine.intoFile(EACH, "exec 2>&1; " + entry.getValue(), into.resolve(entry.getKey()));
        }
      }
      if (machine.exec(EACH, "test -d /var/log/braid").ok()) {
        machine.copyFrom("/var/log/braid", into);
      }
    } catch (IOException | RuntimeException e) {
      Progress.say("lab: logs of " + machine + " are not whole: " + e);
    }
  }

  private static Map<String, String> ordered(String... namesAndScripts) {
    var map = new LinkedHashMap<String, String>();
    for (int i = 0; i < namesAndScripts.length; i += 2) {
      map.put(namesAndScripts[i], namesAndScripts[i + 1]);
    }
    return map;
  }
}
