package dev.braid.initiator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A folder that stands for a host that shuts down: its sysfs and proc, and programs that change
 * them as the real ones would and note what they were asked.
 */
final class ShuttingHost {

  private static final String PROGRAM =
      """
      #!/bin/sh
      host=%s
      exec 9> $host/lock
      flock 9
      %s
      """;

  private final Path root;

  ShuttingHost(Path root) {
    this.root = root;
    write("proc/self/mountinfo", "");
    link("proc/self/ns/mnt", "mnt:[1]");
    for (String folder :
        List.of("sys/block", "sys/class/iscsi_session", "sys/class/iscsi_connection", "luns")) {
      folder(folder);
    }
    program("systemctl", "echo stopping");
    program("losetup", "");
    program(
        "umount",
        """
        if [ -e "$host/stuck$1" ]; then flock -u 9; exec sleep 20 9>&-; fi
        echo "umount $1" >> $host/journal
        name=$(printf %s "$1" | sed 's/ /\\\\\\\\040/g')
        grep -v " $name " $host/proc/self/mountinfo > $host/left
        cat $host/left > $host/proc/self/mountinfo""");
    program(
        "dmsetup",
        """
        echo "dmsetup $*" >> $host/uses
        for map in $host/sys/block/dm-*; do
          if [ "$(cat $map/dm/uuid)" = "${7-}" ]; then
            number=$(cat $map/dev)
            mounted=$(grep -c " $number " $host/proc/self/mountinfo)
            echo $((mounted + $(cat $map/openers)))
          fi
        done""");
    program(
        "multipath",
        """
        echo "multipath $*" >> $host/journal
        for map in $host/sys/block/dm-*; do
          if [ "$(cat $map/dm/name)" = "$2" ]; then rm -r $map; fi
        done""");
    program(
        "timeout",
        """
        flock -u 9
        shift
        case $* in
          *device/delete)
            path=${5%/device/delete}
            echo "delete ${path##*/}" >> $host/journal
            rm -r "$(readlink -f $path/device)" ;;
          *) exec "$@" 9>&- ;;
        esac""");
    program(
        "iscsiadm",
        """
        echo "iscsiadm $*" >> $host/journal
        rm -r $host/sys/class/iscsi_session/session$4""");
  }

  /** A map with a path by each of these sessions, whose numbers are the paths' hosts too. */
  void map(int minor, String wwid, String product, int... sessions) {
    String map = "sys/block/dm-" + minor + "/";
    write(map + "dm/uuid", "mpath-" + wwid + "\n");
    write(map + "dm/name", "name" + minor + "\n");
    write(map + "dev", "253:" + minor + "\n");
    write(map + "openers", "0\n");
    folder(map + "slaves");
    for (int session : sessions) {
      String path = "sd" + (char) ('a' + session) + minor;
      String address = session + ":0:0:" + minor;
      String device =
          "sys/class/iscsi_session/session%d/device/target%d:0:0/%s"
              .formatted(session, session, address);
      write(device + "/vendor", "LIO-ORG \n");
      write(device + "/model", product + "           \n");
      write(device + "/wwid", "naa." + wwid.substring(1) + "\n");
      folder("sys/block/" + path + "/holders");
      link("sys/block/" + path + "/device", root.resolve(device).toString());
      link(map + "slaves/" + path, root.resolve("sys/block/" + path).toString());
    }
  }

  void session(int id, String target, String address, int port, int tag) {
    String session = "sys/class/iscsi_session/session" + id + "/";
    write(session + "targetname", target + "\n");
    write(session + "tpgt", tag + "\n");
    String connection = "sys/class/iscsi_connection/connection" + id + ":0/";
    write(connection + "persistent_address", address + "\n");
    write(connection + "persistent_port", port + "\n");
  }

  void noted(String target, String portal) {
    write("targets/" + target + "/" + portal, "");
  }

  /** In the order in which they were made. */
  void mounted(int minor, String point) {
    append("proc/self/mountinfo", mountLine(minor, point));
  }

  private static String mountLine(int minor, String point) {
    return "40 1 253:"
        + minor
        + " / "
        + point.replace(" ", "\\040")
        + " rw - ext4 /dev/dm-"
        + minor
        + " rw\n";
  }

  /** A process of a container or service, with a mount of its own. */
  void process(long pid, String group, int minor) {
    write("proc/" + pid + "/mountinfo", mountLine(minor, "/data"));
    link("proc/" + pid + "/ns/mnt", "mnt:[2]");
    write("proc/" + pid + "/cgroup", "0::" + group + "\n");
    write("proc/" + pid + "/comm", "db\n");
  }

  /** Somebody has the map open for whom there is no mount. */
  void openElsewhere(int minor) {
    write("sys/block/dm-" + minor + "/openers", "1\n");
  }

  /**
   * Something is written to the map all the time, for these seconds or until it is closed; then
   * nobody has it open.
   */
  Closeable writing(int minor, int seconds) {
    var closed = new CountDownLatch(1);
    var writer =
        new Thread(
            () -> {
              boolean over = false;
              for (int i = 0; !over && i < 5 * seconds; i++) {
                write(
                    "sys/block/dm-" + minor + "/stat",
                    "     1    0    8    0     " + i + "    0   " + 8 * i + "   0   0   0   0\n");
                over = awaited(closed);
              }
              if (!over) {
                write("sys/block/dm-" + minor + "/openers", "0\n");
              }
            });
    writer.start();
    return () -> {
      closed.countDown();
      try {
        writer.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    };
  }

  private static boolean awaited(CountDownLatch closed) {
    try {
      return closed.await(200, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** An unmount of it waits for the kernel. */
  void stuck(String point) {
    write("stuck" + point, "");
  }

  void program(String name, String body) {
    write("bin/" + name, PROGRAM.formatted(root, body));
    assertThat(root.resolve("bin").resolve(name).toFile().setExecutable(true)).isTrue();
  }

  /**
   * @param shell that reads it
   * @param script its text
   * @return its exit code, after it ended by itself
   */
  int run(String shell, String script) throws IOException, InterruptedException {
    write("script", script);
    // Into a file: what is left to go on by itself would keep a pipe open.
    var process =
        new ProcessBuilder(
                shell, path("script"), path("targets"), path("luns"), path("sys"), path("proc"))
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("said").toFile());
    process.environment().clear();
    process.environment().putAll(Map.of("PATH", root.resolve("bin") + ":/usr/bin:/bin"));
    Process running = process.start();
    if (!running.waitFor(60, TimeUnit.SECONDS)) {
      running.destroyForcibly();
      throw new AssertionError("the script did not end\n" + said());
    }
    return running.exitValue();
  }

  /** What changed the host, in order. */
  List<String> journal() {
    return read("journal").lines().toList();
  }

  String said() {
    return read("said");
  }

  boolean has(String path) {
    return Files.exists(root.resolve(path));
  }

  private String path(String name) {
    return root.resolve(name).toString();
  }

  private String read(String name) {
    try {
      Path file = root.resolve(name);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void folder(String name) {
    try {
      Files.createDirectories(root.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void link(String name, String to) {
    try {
      Path link = root.resolve(name);
      Files.createDirectories(requireNonNull(link.getParent()));
      Files.createSymbolicLink(link, Path.of(to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String name, String text) {
    try {
      Path file = root.resolve(name);
      Files.createDirectories(requireNonNull(file.getParent()));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void append(String name, String text) {
    try {
      Files.writeString(root.resolve(name), text, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
