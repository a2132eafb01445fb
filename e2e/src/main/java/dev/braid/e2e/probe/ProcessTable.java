package dev.braid.e2e.probe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The processes of a machine at one moment, and which of them are worth a look. */
final class ProcessTable {

  private record Entry(long pid, long parent, String state, String command, String arguments) {}

  private static final long KERNEL = 2;
  private static final Pattern LINE = Pattern.compile(" *(\\d+) +(\\d+) (\\S+) +(.{16}) (.*)");
  private static final Pattern SYSTEM =
      Pattern.compile("systemd.*|\\(sd-pam\\)|\\(udev-worker\\)|udevadm|sshd.*|agetty|dbus-daemon");

  /** Around containers. What runs inside them is not among these. */
  private static final Pattern KUBERNETES =
      Pattern.compile(
          "containerd-shim.*|runc.*|exe|pause|ip6?tables.*|xtables.*|nft|conntrack|bridge|loopback|host-local");

  private final Map<Long, Entry> byPid;
  private final long probe;

  private ProcessTable(Map<Long, Entry> byPid, long probe) {
    this.byPid = byPid;
    this.probe = probe;
  }

  static ProcessTable parse(List<String> lines) {
    var byPid = new HashMap<Long, Entry>();
    long probe = -1;
    for (String line : lines) {
      if (line.startsWith("probe ")) {
        probe = Long.parseLong(line.substring("probe ".length()));
        continue;
      }
      Matcher m = LINE.matcher(line);
      if (!m.matches()) {
        throw new IllegalArgumentException("not a line of ps: " + line);
      }
      var entry =
          new Entry(
              Long.parseLong(m.group(1)),
              Long.parseLong(m.group(2)),
              m.group(3),
              m.group(4).strip(),
              m.group(5));
      byPid.put(entry.pid(), entry);
    }
    if (!byPid.containsKey(probe)) {
      throw new IllegalArgumentException("the probe does not see itself: " + lines);
    }
    return new ProcessTable(byPid, probe);
  }

  /** Without numbers, so that a service that was started anew is the same as before. */
  List<String> noteworthy() {
    Set<Long> ours = probeFamily();
    var lines = new ArrayList<String>();
    for (Entry entry : byPid.values()) {
      boolean hangs = entry.state().startsWith("D");
      boolean kernel = entry.pid() == KERNEL || entry.parent() == KERNEL;
      if (hangs) {
        lines.add(entry.command() + ": waits in the kernel: " + entry.arguments());
      } else if (!kernel
          && !ours.contains(entry.pid())
          && !SYSTEM.matcher(entry.command()).matches()
          && !KUBERNETES.matcher(entry.command()).matches()) {
        lines.add(entry.command() + ": " + entry.arguments());
      }
    }
    return lines;
  }

  /** The probe, all it descends from, and all that descends from it. */
  private Set<Long> probeFamily() {
    var family = new HashSet<Long>();
    for (Entry e = byPid.get(probe); e != null && family.add(e.pid()); ) {
      e = byPid.get(e.parent());
    }
    for (Entry entry : byPid.values()) {
      if (descendsFromProbe(entry)) {
        family.add(entry.pid());
      }
    }
    return family;
  }

  private boolean descendsFromProbe(Entry entry) {
    var seen = new HashSet<Long>();
    Entry at = entry;
    while (at != null && seen.add(at.pid())) {
      if (at.pid() == probe) {
        return true;
      }
      at = byPid.get(at.parent());
    }
    return false;
  }
}
