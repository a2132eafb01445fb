package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.systemd.Systemd;
import dev.braid.linux.systemd.change.Systemctl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the host take off what is Braid's when it shuts down: before the network goes, and by its own
 * programs.
 *
 * <p>Who calls NodeUnstageVolume does not do so at a shutdown: kubelet is stopped like any service,
 * and containers run on until the very end, when iscsid, multipathd and the network are gone. What
 * was not written then waits for paths that do not come back, and the head sees sessions break
 * instead of end. A unit of systemd has what this needs: a place in the order of the shutdown, the
 * host's own mount namespace, and a limit. The plugin's own end has none of it: it ends with each
 * upgrade too, it may be killed at any time, and its place in the order is a container's.
 *
 * <p>Unit and script lie where a reboot clears them away, and are put there at each start of the
 * plugin: a host that Braid has left keeps nothing of them.
 */
final class ShutdownUnit {

  private static final Logger log = LoggerFactory.getLogger(ShutdownUnit.class);

  static final String NAME = "braid-shutdown.service";
  private static final String SCRIPT = "braid-shutdown.sh";

  /** As the host names it. */
  private static final Path UNITS = Path.of("/run/systemd/system");

  /**
   * What is started last is stopped first, so it is "after" what the volumes need and "before" what
   * uses them. Containers' scopes are in no such order; the script ends those that use a volume.
   *
   * <ul>
   *   <li>No ExecStart: nothing is to be done but at the stop, and no program of that name need be
   *       there.
   *   <li>TimeoutStopSec: more than the script's own limits, which go on while data is written; and
   *       less than the half hour after which systemd ends a shutdown by force.
   *   <li>KillMode: a program that waits for a device cannot be ended; systemd would wait for it
   *       four times TimeoutStopSec. It is left alone, as the script does.
   *   <li>The script is read by the shell, since {@code /run} may forbid to run files.
   * </ul>
   */
  private static final String UNIT =
      """
      # %s
      # It is there until the next boot, and made anew by Braid's node plugin.
      [Unit]
      Description=Takes Braid's volumes off this host when it shuts down
      After=network.target network-online.target
      After=iscsid.socket iscsid.service iscsi.service open-iscsi.service
      After=multipathd.socket multipathd.service
      After=iscsi-shutdown.service blk-availability.service
      Before=kubelet.service k3s.service k3s-agent.service rke2-server.service rke2-agent.service
      Before=k0scontroller.service k0sworker.service snap.microk8s.daemon-kubelite.service
      Before=containerd.service crio.service docker.service snap.microk8s.daemon-containerd.service
      Before=braid-node.service systemd-user-sessions.service
      IgnoreOnIsolate=yes

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStop=/bin/sh %s %s %s
      TimeoutStopSec=1620
      KillMode=process
      """;

  private final OwnFile unit;
  private final OwnFile script;
  private final HostPaths paths;
  private final Systemd systemd;
  private final Systemctl systemctl;
  private final Steps steps;

  ShutdownUnit(HostPaths paths, Systemd systemd, Systemctl systemctl, Steps steps) {
    this.unit = new OwnFile(paths.units().resolve(NAME));
    this.script = new OwnFile(paths.units().resolve(SCRIPT));
    this.paths = paths;
    this.systemd = systemd;
    this.systemctl = systemctl;
    this.steps = steps;
  }

  /**
   * Sees to it that the unit is there and waits for the shutdown. Where that cannot be, volumes
   * work all the same, and the log says what they lack.
   */
  void ensure(Deadline deadline) {
    if (!systemd.runs()) {
      log.info(
          "this host does not run systemd: unmount Braid's volumes and log out before it shuts"
              + " down");
      return;
    }
    try {
      boolean written = script.ensure(steps, "write shutdown script", script());
      written |= unit.ensure(steps, "write shutdown unit", unit());
      if (!written && systemd.active(NAME, deadline)) {
        return;
      }
      if (systemd.stopping(deadline)) {
        log.info("this host shuts down: {} is left as it is", NAME);
        return;
      }
      start(deadline);
    } catch (BraidException e) {
      log.warn("cannot install {}: {}: {}", NAME, consequence(), e.messageAndCause());
    }
  }

  /** Also if nothing was written now: who wrote it may have been killed before systemd read it. */
  private void start(Deadline deadline) {
    steps.run("reload systemd", step -> systemctl.reload(step, deadline));
    steps.run("start shutdown unit", step -> systemctl.start(step, NAME, deadline));
    if (!systemd.active(NAME, deadline)) {
      throw new KernelRefused(NAME + " was started, and is not active");
    }
    log.info("{} takes Braid's volumes off when this host shuts down", unit.path());
  }

  /**
   * Starts it again where somebody has stopped it: a unit that is not active is not stopped at a
   * shutdown, and does nothing then. Where it was removed, and while the host shuts down, it is
   * left as it is; should the shutdown begin just now, systemd itself refuses the start, which
   * contradicts it.
   *
   * @throws BraidException if that cannot be told or done
   */
  void keep(Deadline deadline) {
    if (!systemd.runs()
        || !unit.isOurs()
        || systemd.active(NAME, deadline)
        || systemd.stopping(deadline)) {
      return;
    }
    start(deadline);
    log.warn("{} had been stopped, though this host does not shut down: it is started again", NAME);
  }

  static String consequence() {
    return "a shutdown of this host will not take Braid's volumes off in order";
  }

  /** Safe to repeat. Nothing is taken off by it: the script looks whether the host shuts down. */
  void remove(Deadline deadline) {
    if (systemd.runs() && systemd.active(NAME, deadline)) {
      steps.run("stop shutdown unit", step -> systemctl.stop(step, NAME, deadline));
    }
    boolean removed = unit.remove(steps, "remove shutdown unit");
    removed |= script.remove(steps, "remove shutdown script");
    if (removed && systemd.runs()) {
      steps.run("reload systemd", step -> systemctl.reload(step, deadline));
    }
  }

  String unit() {
    return UNIT.formatted(
        OwnFile.MARK, quoted(UNITS.resolve(SCRIPT)), quoted(paths.targets()), quoted(paths.luns()));
  }

  /** For a command line of systemd, which gives a meaning of its own to some characters. */
  static String quoted(Path path) {
    return '"'
        + path.toString()
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("%", "%%")
            .replace("$", "$$")
        + '"';
  }

  static String script() {
    try (InputStream in = ShutdownUnit.class.getResourceAsStream(SCRIPT)) {
      return new String(Objects.requireNonNull(in, SCRIPT).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
