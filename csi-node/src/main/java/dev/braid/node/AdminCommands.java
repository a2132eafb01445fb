package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.metric.Metrics;
import dev.braid.base.settings.Setting;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Initiator;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.exec.HostExec;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.proc.Boot;
import dev.braid.linux.wait.KernelWaits;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an administrator may have done beside the running plugin, whose settings a command has in
 * its container, or is given by hand.
 */
final class AdminCommands {

  private static final Logger log = LoggerFactory.getLogger(AdminCommands.class);

  static final String UNINSTALL = "uninstall";

  /** The settings that a command needs; the plugin's others are none of its business. */
  private static final List<Setting<?>> SETTINGS =
      List.of(NodeSettings.STATE_FOLDER, NodeSettings.LOCK_FOLDER, NodeSettings.HOST_ROOT);

  /** For a volume's lock, which a call may have that waits for a path. */
  private static final Duration ORDER = Duration.ofMinutes(3);

  /** For a plugin that starts, and then multipathd. */
  private static final Duration REMOVE = Duration.ofMinutes(2);

  private AdminCommands() {}

  static void discard(List<String> arguments) {
    var wanted = OrderDiscard.Wanted.parse(arguments);
    Settings settings = settings();
    var steps = Steps.unobserved();
    var files = new HostFiles();
    var boot = Boot.id();
    var state = StateFolders.of(settings);
    Path lockFolder = settings.get(NodeSettings.LOCK_FOLDER);
    new OrderDiscard(
            new VolumeLocks(new FileLocks(lockFolder, Clock.systemUTC())),
            DeviceMapper.ofKernel(),
            state.orders(files, steps),
            state.records(boot, files, steps),
            boot,
            Clock.systemUTC())
        .order(wanted, Deadline.after(ORDER));
  }

  static void uninstall(List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new InvalidInput("usage: braid-node " + UNINSTALL);
    }
    Settings settings = settings();
    var state = StateFolders.of(settings);
    var host = HostRoot.of(settings);
    Path lockFolder = settings.get(NodeSettings.LOCK_FOLDER);
    Initiator.ofHost(
            host.paths(state.folder(), lockFolder),
            Optional.empty(),
            host.exec(new HostExec()),
            new KernelWaits(Clock.systemUTC()),
            Steps.unobserved(),
            Clock.systemUTC(),
            new Metrics(),
            List::of)
        .hostSetup()
        .remove(Deadline.after(REMOVE));
    log.info(
        "Braid's settings are off this host. {} stays, as the head may wait for what stands in it;"
            + " {} stays until the next boot, as others may hold its locks",
        state.folder(),
        lockFolder);
  }

  private static Settings settings() {
    var environment = new HashMap<>(System.getenv());
    environment.keySet().retainAll(SETTINGS.stream().map(Setting::name).toList());
    return Settings.read(environment, SETTINGS);
  }
}
