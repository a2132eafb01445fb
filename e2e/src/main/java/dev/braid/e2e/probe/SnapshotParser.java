package dev.braid.e2e.probe;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a snapshot of what {@code collect.sh} printed: leaves out what is no state of Braid's. */
final class SnapshotParser {

  private static final Pattern FOLDER_OF_OPEN_ISCSI = Pattern.compile("folder /etc/iscsi(/[^/]*)?");
  private static final Pattern LOCK = Pattern.compile("^f /(run/braid|srv/braid)/locks/[^/]+( |$)");
  private static final Pattern SUM = Pattern.compile("([0-9a-f]{32})  (.*)");
  private static final Pattern ROW = Pattern.compile("INSERT INTO \"?(\\w+)\"? VALUES(.*);");
  private static final Pattern MOUNT =
      Pattern.compile("\\d+ \\d+ \\S+ (\\S+) (\\S+) (\\S+) (?:\\S+ )*?- (\\S+) (\\S*) (\\S+)");
  private static final Pattern MOUNT_OF_THE_SYSTEM =
      Pattern.compile("/run/(credentials|user)/.*|/proc/sys/fs/binfmt_misc");

  /** Of containers, which Kubernetes may start anew at any time. Volumes are not among them. */
  private static final Pattern MOUNT_OF_A_CONTAINER =
      Pattern.compile(
          "/run/(containerd|netns)/.*"
              + "|/var/lib/kubelet/pods/[^/]+/volumes/kubernetes.io~(?!csi/)[^/]+/.*");

  /** What kubelet keeps of pods, and of itself, beside CSI volumes. */
  private static final Pattern FILE_OF_KUBELET =
      Pattern.compile(
          ". /var/lib/kubelet/("
              + "pods/[0-9a-f-]{36}(?!/volume(s|Devices)/kubernetes.io~csi/).*"
              + "|[a-z_]+_state .*|(checkpoints|device-plugins|pki|seccomp|usernamespaces)(/.*|$)"
              + "|plugins(/kubernetes.io(/csi(/braid.dev|/volumeDevices)?)?)?$)");

  private SnapshotParser() {}

  /**
   * @throws IllegalArgumentException if a part could not be looked at: it would seem to be empty
   */
  static Snapshot parse(String output) {
    Map<Kind, List<String>> raw = sections(output);
    var lines = new EnumMap<Kind, List<String>>(Kind.class);
    for (Kind kind : Kind.values()) {
      List<String> section = raw.get(kind);
      if (section == null) {
        throw new IllegalArgumentException("no section on " + kind + " in\n" + output);
      }
      lines.put(kind, meaning(kind, section));
    }
    return new Snapshot(lines);
  }

  private static Map<Kind, List<String>> sections(String output) {
    var sections = new EnumMap<Kind, List<String>>(Kind.class);
    List<String> current = new ArrayList<>();
    boolean whole = false;
    for (String line : output.lines().toList()) {
      if (line.startsWith("!!! ")) {
        throw new IllegalArgumentException("could not be looked at: " + line.substring(4));
      } else if (line.equals("=== end")) {
        whole = true;
      } else if (line.startsWith("=== ")) {
        current = new ArrayList<>();
        sections.put(Kind.ofSection(line.substring(4)), current);
      } else {
        current.add(line);
      }
    }
    if (!whole) {
      throw new IllegalArgumentException("it breaks off:\n" + output);
    }
    return sections;
  }

  private static List<String> meaning(Kind kind, List<String> section) {
    return switch (kind) {
      case FILE, POOL ->
          section.stream()
              .filter(l -> !LOCK.matcher(l).find() && !FILE_OF_KUBELET.matcher(l).lookingAt())
              .toList();
      case RECORD -> section.stream().flatMap(l -> record(l).stream()).toList();
      case MOUNT -> section.stream().flatMap(l -> mount(l).stream()).toList();
      case BOOK -> section.stream().flatMap(l -> row(l).stream()).toList();
      case PROCESS -> ProcessTable.parse(section).noteworthy();
      default -> section;
    };
  }

  /** The folders that open-iscsi makes once and keeps say nothing. */
  private static List<String> record(String line) {
    if (FOLDER_OF_OPEN_ISCSI.matcher(line).matches()) {
      return List.of();
    }
    Matcher sum = SUM.matcher(line);
    return List.of(sum.matches() ? "file " + sum.group(2) + " (sum " + sum.group(1) + ")" : line);
  }

  /** Without the kernel's numbers, which a mount gets anew each time. */
  private static List<String> mount(String line) {
    Matcher mount = MOUNT.matcher(line);
    if (!mount.matches()) {
      throw new IllegalArgumentException("not a line of mountinfo: " + line);
    }
    String point = mount.group(2);
    if (MOUNT_OF_THE_SYSTEM.matcher(point).matches()
        || MOUNT_OF_A_CONTAINER.matcher(point).matches()) {
      return List.of();
    }
    String access = mount.group(6).startsWith("ro") ? " device read-only" : "";
    return List.of(
        String.join(
            " ",
            point,
            mount.group(4),
            mount.group(5),
            "root " + mount.group(1),
            mount.group(3) + access));
  }

  /** The table "pool" is not a leftover: the pool itself, and counters that only go forward. */
  private static List<String> row(String line) {
    Matcher row = ROW.matcher(line);
    if (!row.matches() || row.group(1).equals("pool")) {
      return List.of();
    }
    return List.of(row.group(1) + " " + row.group(2));
  }
}
