package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Inquiry;
import dev.braid.base.error.Busy;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.multipath.MultipathSettings;
import dev.braid.linux.multipath.MultipathSettings.Setting;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.MultipathdException.Kind;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multipath settings of Braid's LUNs, and of nobody else's (rule 5): a file in {@code
 * multipath/conf.d} that matches on the product of their INQUIRY.
 */
final class MultipathConfig {

  private static final Logger log = LoggerFactory.getLogger(MultipathConfig.class);

  /**
   * Each line has its reason.
   *
   * <ul>
   *   <li>path_checker, detect_checker: a read tells whether the storage behind the head answers;
   *       TEST UNIT READY is answered by LIO itself. Detection would put tur in its place.
   *   <li>path_grouping_policy, failback: what ALUA says of a path decides; on one head all are
   *       alike and share the load, and a path that returns is used at once.
   *   <li>path_selector: the kernel's own, which {@link KernelModules} has loaded.
   *   <li>no_path_retry: times the polling interval in force, so I/O waits two minutes with no path
   *       at all: longer than a head's failover or a reboot of its service, and it ends.
   *   <li>fast_io_fail_tmo: I/O leaves a lost path after this, the replacement timeout of the
   *       session. (dev_loss_tmo means nothing to iSCSI and is left out.)
   *   <li>recheck_wwid: a path that returns as another LUN is not taken back.
   *   <li>skip_kpartx: a volume's content is its user's; the node makes no devices of partitions in
   *       it.
   *   <li>blacklist: the mark that {@link UdevRules} gives a path of Braid's that is
   *       write-protected; nobody else's device has it.
   * </ul>
   */
  private static final String CONTENT =
      """
      # %s It matches Braid's LUNs only.
      devices {
          device {
              vendor "%s"
              product "%s"
              path_checker "directio"
              detect_checker no
              path_grouping_policy "group_by_prio"
              path_selector "service-time 0"
              prio "alua"
              failback immediate
              no_path_retry %d
              fast_io_fail_tmo 5
              recheck_wwid yes
              skip_kpartx yes
          }
      }
      blacklist {
          property "%s"
      }
      """;

  private static final String NAME = "braid.conf";

  private static final Duration ANSWER = Duration.ofSeconds(10);

  private static final String PROTECTED = "^" + UdevRules.WRITE_PROTECTED + "$";

  /** How long I/O waits with no path at all. */
  private static final Duration WINDOW = Duration.ofSeconds(120);

  /** multipathd's own, where it does not say. */
  private static final int POLLING_SECONDS = 5;

  /** What must hold, whoever sets it; no_path_retry is looked at for itself. */
  private static final Map<String, String> WANTED =
      Map.of(
          "path_checker", "directio",
          "detect_checker", "no",
          "recheck_wwid", "yes",
          "fast_io_fail_tmo", "5");

  private final OwnFile file;
  private final MultipathdSocket socket;
  private final Multipathd multipathd;
  private final Steps steps;

  /** The file was changed, and multipathd has not said that it has heard of it. */
  private volatile boolean isUntold;

  MultipathConfig(Path multipath, MultipathdSocket socket, Multipathd multipathd, Steps steps) {
    this.file = new OwnFile(multipath.resolve("conf.d").resolve(NAME));
    this.socket = socket;
    this.multipathd = multipathd;
    this.steps = steps;
  }

  /**
   * Writes the file if it is not there as it should be, and has multipathd read its settings again
   * where that was needed, or where ours are not in force: who wrote the file may have been killed
   * before he could say so, or multipathd too busy to hear it. Maps that do not change by it are
   * left alone.
   *
   * @throws Refused if there is one of ours, and multipathd does not tell what it has in force
   * @throws Busy if it runs and does not hear
   */
  void ensure(Deadline deadline) {
    Optional<MultipathSettings> before = inForce(deadline.atMost(deadline.left().dividedBy(2)));
    boolean wrote = file.ensure(steps, "write multipath settings", content(before));
    if (wrote) {
      log.info("wrote {}: how multipath treats Braid's LUNs, and no others", file.path());
    }
    if (wrote || isUntold || before.isEmpty() || !unsafe(before.get()).isEmpty()) {
      reconfigure(deadline);
    }
  }

  /** Whether the file is there; cheap to ask. What is in force only multipathd knows. */
  boolean installed() {
    return file.isOurs();
  }

  /**
   * Removes the file and has multipathd read its settings again, also where another removal got
   * only as far as the file.
   *
   * @throws Busy if it runs and does not tell whether it has ours in force, or does not hear; a
   *     file that there was is gone then
   */
  void remove(Deadline deadline) {
    boolean removed = file.remove(steps, "remove multipath settings");
    if (removed || mayBeInForce(deadline.atMost(deadline.left().dividedBy(2)))) {
      reconfigure(deadline);
    }
  }

  /** Whether multipathd has ours, file or none; where it does not tell, it may. */
  private boolean mayBeInForce(Deadline deadline) {
    try {
      return MultipathSettings.parse(told(deadline)).passesOver(PROTECTED);
    } catch (MultipathdException e) {
      return e.kind() != Kind.NOT_RUNNING;
    } catch (InvalidInput e) {
      return true;
    }
  }

  private void reconfigure(Deadline deadline) {
    isUntold = true;
    try {
      steps.run("reconfigure multipathd", step -> multipathd.reconfigure(step, deadline));
    } catch (MultipathdException e) {
      if (e.kind() != Kind.NOT_RUNNING) { // what it was asked while it hung it may never come to
        throw new Busy("multipathd was not told to read its settings anew; try again", e);
      }
      // It reads them when it starts; until then nothing can be attached, which says so.
      log.warn("multipathd reads its settings when it starts: {}", e.getMessage());
    }
    isUntold = false;
  }

  private Optional<MultipathSettings> inForce(Deadline deadline) {
    try {
      return Optional.of(MultipathSettings.parse(told(deadline)));
    } catch (MultipathdException | InvalidInput e) {
      if (file.isOurs()) {
        // It goes by multipathd's polling interval: a guess could take from maps in use the time
        // that their I/O waits.
        throw new Refused(
            "multipathd does not tell its settings, so nobody knows whether those in "
                + file.path()
                + " are what Braid needs: see that it runs (systemctl status multipathd): "
                + e.getMessage());
      }
      log.warn("multipathd does not tell its settings: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Who is too busy, as where the plugin starts anew amid many attaches, is asked again. */
  private String told(Deadline deadline) throws MultipathdException {
    while (true) {
      try {
        return socket.ask("show config", deadline.atMost(ANSWER));
      } catch (MultipathdException e) {
        if (e.kind() != Kind.BUSY || deadline.passed()) {
          throw e;
        }
      }
    }
  }

  static String content(Optional<MultipathSettings> inForce) {
    long polling = inForce.map(MultipathConfig::polling).orElse(POLLING_SECONDS);
    long retries = (WINDOW.toSeconds() + polling - 1) / polling;
    return CONTENT.formatted(OwnFile.MARK, Inquiry.VENDOR, Inquiry.PRODUCT, retries, PROTECTED);
  }

  private static int polling(MultipathSettings settings) {
    return settings
        .ofDefaults("polling_interval")
        .flatMap(MultipathConfig::number)
        .filter(seconds -> seconds > 0)
        .orElse(POLLING_SECONDS);
  }

  private static Optional<Integer> number(String text) {
    return text.matches("\\d{1,6}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  /** What of the settings in force for Braid's LUNs is not safe, each with where it is set. */
  static List<String> unsafe(MultipathSettings settings) {
    var unsafe = new ArrayList<String>();
    WANTED.forEach(
        (key, wanted) -> {
          Optional<Setting> found = settings.inForce(Inquiry.VENDOR, Inquiry.PRODUCT, key);
          if (!found.map(Setting::value).equals(Optional.of(wanted))) {
            unsafe.add(wrong(key, found, wanted));
          }
        });
    Optional<Setting> retry = settings.inForce(Inquiry.VENDOR, Inquiry.PRODUCT, "no_path_retry");
    long waits =
        retry.map(Setting::value).flatMap(MultipathConfig::number).orElse(0)
            * (long) polling(settings);
    if (waits < WINDOW.toSeconds() || waits > 2 * WINDOW.toSeconds()) {
      unsafe.add(
          wrong(
              "no_path_retry",
              retry,
              "a number that makes I/O wait " + WINDOW.toSeconds() + " seconds, and end"));
    }
    if (!settings.passesOver(PROTECTED)) {
      unsafe.add(
          "multipathd has no property '"
              + PROTECTED
              + "' in its blacklist, so a path that is write-protected would turn a whole map"
              + " read-only. Look whether conf.d is read");
    }
    unsafe.sort(String::compareTo);
    return unsafe;
  }

  private static String wrong(String key, Optional<Setting> found, String wanted) {
    return "multipathd has "
        + key
        + " "
        + found.map(f -> "'" + f.value() + "' by its section '" + f.section() + "'").orElse("unset")
        + " for Braid's LUNs: want "
        + wanted
        + ". Take that line out of the host's multipath settings, or look whether conf.d is read";
  }
}
