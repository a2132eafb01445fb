package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Ticker;
import dev.braid.base.error.Refused;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.iscsi.OpenIscsiVersions;
import dev.braid.linux.multipath.MultipathdSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate before a folder that stands for a host; multipathd does not listen on it. */
class GateTest {

  private static final String ISCSID =
      "0000000000000000: 00000002 00000000 00010000 0001 01 1 @ISCSIADM_ABSTRACT_NAMESPACE\n";

  @TempDir Path host;

  private final Map<String, String> versions = new ConcurrentHashMap<>();
  private int programs;
  private long now;

  @BeforeEach
  void fit() throws IOException {
    versions.put("iscsiadm", "iscsiadm version 2.1.8\n");
    versions.put("iscsid", "iscsid version 2.1.8\n");
    for (String module : List.of("iscsi_tcp", "dm_multipath")) {
      Files.createDirectories(host.resolve("sys/module").resolve(module));
    }
    write("proc/net/unix", "Num RefCount Protocol Flags Type St Inode Path\n" + ISCSID);
    write("etc/iscsi/initiatorname.iscsi", "InitiatorName=iqn.2026-11.dev.braid.lab:node1\n");
    write("proc/osrelease", "6.1.0-1-amd64\n");
    write("lib/modules/6.1.0-1-amd64/modules.dep", "kernel/drivers/scsi/sg.ko.xz:\n");
  }

  @Test
  @DisplayName("a host that lacks one thing is told that one thing, and what to do")
  void multipathdAway() {
    assertThat(gate().wrong())
        .singleElement()
        .asString()
        .contains("multipathd does not listen", "start multipathd");
  }

  @Test
  @DisplayName("modules, initiator name and versions are looked at too")
  void all() throws IOException {
    Files.delete(host.resolve("sys/module/iscsi_tcp"));
    write("etc/iscsi/initiatorname.iscsi", "InitiatorName=node 1\n");
    versions.put("iscsid", "iscsid version 2.0.874\n");
    assertThat(gate().wrong())
        .anySatisfy(why -> assertThat(why).contains("iscsi_tcp", "6.1.0-1-amd64"))
        .anySatisfy(why -> assertThat(why).contains("initiatorname.iscsi"))
        .anySatisfy(why -> assertThat(why).contains("2.1.8", "2.0.874"));
    assertThatThrownBy(() -> gate().check())
        .isInstanceOf(Refused.class)
        .hasMessageContaining("iscsi_tcp");
  }

  @Test
  @DisplayName("open-iscsi 2.1.10 is refused: it hangs")
  void hangs() {
    versions.put("iscsiadm", "iscsiadm version 2.1.10\n");
    versions.put("iscsid", "iscsid version 2.1.10\n");
    assertThat(gate().wrong()).anySatisfy(why -> assertThat(why).contains("2.1.10", "hangs"));
  }

  @Test
  @DisplayName("while versions are right no program is started for a question")
  void cheap() {
    Gate gate = gate();
    gate.wrong();
    gate.wrong();
    gate.wrong();
    assertThat(programs).isEqualTo(2);
    now += 11L * 60 * 1_000_000_000;
    gate.wrong();
    assertThat(programs).as("after ten minutes").isEqualTo(4);
  }

  private Gate gate() {
    Exec exec =
        (argv, deadline) -> {
          programs++;
          return new Exec.Result(argv, 0, versions.getOrDefault(argv.get(0), ""), "");
        };
    var paths =
        new HostPaths(
            host.resolve("sys"),
            host.resolve("dev"),
            host.resolve("run/udev"),
            host.resolve("etc/iscsi/nodes"),
            host.resolve("etc/iscsi/initiatorname.iscsi"),
            host.resolve("etc/multipath"),
            host.resolve("lib/modules"),
            host.resolve("proc/osrelease"),
            host.resolve("proc"),
            host.resolve("run/lock/iscsi"),
            host.resolve("proc/net"),
            host.resolve("locks"),
            host.resolve("targets"),
            host.resolve("luns"));
    var socket = new MultipathdSocket(host.resolve("none"), "/braid/test/nobody");
    Ticker ticker = () -> now;
    return new Gate(new HostLook(paths, new OpenIscsiVersions(exec), socket), ticker);
  }

  private void write(String path, String content) throws IOException {
    Path file = host.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
