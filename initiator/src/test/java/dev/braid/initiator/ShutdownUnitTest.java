package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.systemd.Systemd;
import dev.braid.linux.systemd.change.Systemctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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
  private String state = "running";

  /** As where the unit is masked. */
  private boolean refuses;

  private final Exec exec =
      (argv, deadline) -> {
        assertThat(argv).startsWith("env", "SYSTEMD_IGNORE_CHROOT=1", "systemctl");
        String verb = argv.get(3);
        if (verb.equals("is-system-running")) {
          return new Exec.Result(argv, state.equals("running") ? 0 : 1, state + "\n", "");
        }
        if (verb.equals("is-active")) {
          return new Exec.Result(argv, active ? 0 : 3, "", "");
        }
        asked.add(String.join(" ", argv.subList(3, argv.size())));
        if (verb.equals("start") && refuses) {
          return new Exec.Result(argv, 1, "", "Unit is masked.\n");
        }
        active = verb.equals("start") || active && !verb.equals("stop");
        return new Exec.Result(argv, 0, "", "");
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
            "\nTimeoutStopSec=1620\n",
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
  @DisplayName("F31: stopped by hand while the host runs, the unit waits for the shutdown again")
  void stoppedByHand() throws IOException {
    Files.createDirectories(units());
    unit().ensure(SOON);
    asked.clear();
    Doubt doubt = doubt();
    doubt.look();
    assertThat(asked).isEmpty();

    active = false;
    doubt.look();
    assertThat(asked).containsExactly("daemon-reload", "start braid-shutdown.service");
    assertThat(doubt.found()).isEmpty();

    active = false;
    refuses = true;
    doubt.look();
    assertThat(doubt.found())
        .singleElement()
        .asString()
        .contains("braid-shutdown.service", "Unit is masked", "systemctl status");
    refuses = false;
    doubt.look();
    assertThat(doubt.found()).isEmpty();
  }

  @Test
  @DisplayName("F31: while the host shuts down the unit is never started again")
  void shuttingDown() throws IOException {
    Files.createDirectories(units());
    unit().ensure(SOON);
    asked.clear();
    active = false; // it has done its work
    state = "stopping";
    Doubt doubt = doubt();
    doubt.look();
    unit().ensure(SOON);
    assertThat(asked).isEmpty();
    assertThat(doubt.found()).isEmpty();
  }

  @Test
  @DisplayName("rule 16: uninstalled, it is not put back by a plugin that still runs")
  void uninstalled() throws IOException {
    Files.createDirectories(units());
    unit().ensure(SOON);
    unit().remove(SOON);
    asked.clear();
    doubt().look();
    assertThat(asked).isEmpty();
    try (var left = Files.list(units())) {
      assertThat(left).isEmpty();
    }
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

  private Doubt doubt() {
    return new StoppedShutdownUnit(unit(), new FileLocks(root.resolve("locks"), Clock.systemUTC()));
  }

  private ShutdownUnit unit() {
    var paths = HostPaths.of(root, Path.of("/var/lib/braid"), root.resolve("locks"));
    return new ShutdownUnit(
        paths, new Systemd(paths.units(), exec), new Systemctl(exec), Steps.unobserved());
  }
}
