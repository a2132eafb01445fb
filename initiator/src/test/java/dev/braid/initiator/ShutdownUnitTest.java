package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.systemd.Systemd;
import dev.braid.linux.systemd.change.Systemctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShutdownUnitTest {

  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(20));

  @TempDir Path root;

  private final List<String> asked = new ArrayList<>();
  private boolean active;

  private final Exec exec =
      (argv, deadline) -> {
        assertThat(argv).startsWith("env", "SYSTEMD_IGNORE_CHROOT=1", "systemctl");
        String verb = argv.get(3);
        int exit = verb.equals("is-active") && !active ? 3 : 0;
        if (!verb.equals("is-active")) {
          asked.add(String.join(" ", argv.subList(3, argv.size())));
        }
        active = verb.equals("start") || active && !verb.equals("stop");
        return new Exec.Result(argv, exit, "", "");
      };

  @Test
  @DisplayName(
      "F31: at a shutdown the unit's turn is before iscsid, multipathd and the network stop, after"
          + " kubelet and the container runtime have, and it has an end")
  void order() throws IOException {
    Files.createDirectories(units());
    unit().ensure(SOON);
    assertThat(Files.readString(units().resolve("braid-shutdown.service")))
        .containsPattern("(?m)^After=.*\\bnetwork\\.target\\b")
        .containsPattern("(?m)^After=.*\\biscsid\\.service\\b")
        .containsPattern("(?m)^After=.*\\bmultipathd\\.service\\b")
        .containsPattern("(?m)^Before=.*\\bkubelet\\.service\\b")
        .containsPattern("(?m)^Before=.*\\bcontainerd\\.service\\b")
        .contains(
            "\nExecStop=/bin/sh \"/run/systemd/system/braid-shutdown.sh\""
                + " \"/var/lib/braid/targets\" \"/var/lib/braid/luns\"\n",
            "\nTimeoutStopSec=120\n",
            "\nKillMode=process\n",
            "\nRemainAfterExit=yes\n")
        .doesNotContain("ExecStart");
    assertThat(Files.readString(units().resolve("braid-shutdown.sh"))).startsWith("#!/bin/sh\n");
    assertThat(asked).containsExactly("daemon-reload", "start braid-shutdown.service");
  }

  @Test
  @DisplayName(
      "F31, rule 15: what is there is left alone; one that systemd does not know yet is started")
  void again() throws IOException {
    Files.createDirectories(units());
    unit().ensure(SOON);
    asked.clear();
    unit().ensure(SOON);
    assertThat(asked).isEmpty();

    active = false; // whoever wrote it was killed, or somebody stopped it
    unit().ensure(SOON);
    assertThat(asked).containsExactly("daemon-reload", "start braid-shutdown.service");
  }

  @Test
  @DisplayName("rule 16: nothing of it is left where it is removed, and a second time does nothing")
  void remove() throws IOException {
    Files.createDirectories(units());
    unit().ensure(SOON);
    asked.clear();
    unit().remove(SOON);
    unit().remove(SOON);
    assertThat(asked).containsExactly("stop braid-shutdown.service", "daemon-reload");
    try (var left = Files.list(units())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  @DisplayName("a host without systemd gets no files of it, and the plugin starts all the same")
  void withoutSystemd() {
    unit().ensure(SOON);
    unit().remove(SOON);
    assertThat(units()).doesNotExist();
    assertThat(asked).isEmpty();
  }

  @Test
  @DisplayName("a folder's name stays one word of the unit, whatever is in it")
  void quoted() {
    assertThat(ShutdownUnit.quoted(Path.of("/a b%c$d\"e\\f")))
        .isEqualTo("\"/a b%%c$$d\\\"e\\\\f\"");
  }

  private Path units() {
    return root.resolve("run/systemd/system");
  }

  private ShutdownUnit unit() {
    var paths = HostPaths.of(root, Path.of("/var/lib/braid"), root.resolve("locks"));
    return new ShutdownUnit(
        paths, new Systemd(paths.units(), exec), new Systemctl(exec), Steps.unobserved());
  }
}
