package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.change.Multipathd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multipath settings of Braid's LUNs, and of nobody else's (rule 5): a file in {@code
 * multipath/conf.d} that matches on the product of their INQUIRY.
 */
public final class MultipathConfig {

  private static final Logger log = LoggerFactory.getLogger(MultipathConfig.class);

  /**
   * Each line has its reason.
   *
   * <ul>
   *   <li>path_checker, detect_checker: a read tells whether the storage behind the head answers;
   *       TEST UNIT READY is answered by LIO itself. Detection would put tur in its place.
   *   <li>path_grouping_policy, failback: what ALUA says of a path decides; on one head all are
   *       alike and share the load, and a path that returns is used at once.
   *   <li>no_path_retry: times the polling interval (5 s by default), so I/O waits two minutes with
   *       no path at all: longer than a head's failover or a reboot of its service, and it ends.
   *   <li>fast_io_fail_tmo: I/O leaves a lost path after this, the replacement timeout of the
   *       session. (dev_loss_tmo means nothing to iSCSI and is left out.)
   *   <li>recheck_wwid: a path that returns as another LUN is not taken back.
   *   <li>skip_kpartx: a volume's content is its user's; the node makes no devices of partitions in
   *       it.
   * </ul>
   */
  static final String CONTENT =
      """
      # Written by Braid; changes are overwritten. It matches Braid's LUNs only.
      devices {
          device {
              vendor "LIO-ORG"
              product "Braid"
              path_checker "directio"
              detect_checker no
              path_grouping_policy "group_by_prio"
              prio "alua"
              failback immediate
              no_path_retry 24
              fast_io_fail_tmo 5
              recheck_wwid yes
              skip_kpartx yes
          }
      }
      """;

  private static final String NAME = "braid.conf";

  private final Path folder;
  private final HostFiles files = new HostFiles();
  private final Multipathd multipathd;
  private final Steps steps;

  MultipathConfig(Path multipath, Multipathd multipathd, Steps steps) {
    this.folder = multipath.resolve("conf.d");
    this.multipathd = multipathd;
    this.steps = steps;
  }

  /**
   * Writes the file if it is not there as it should be, and has multipathd read its settings again:
   * each time, as the one who wrote the file may have been killed before he could say so. Maps that
   * do not change by it are left alone.
   */
  public void ensure(Deadline deadline) {
    if (!current().equals(Optional.of(CONTENT))) {
      steps.run("write multipath settings", this::write);
      log.info("wrote {}: how multipath treats Braid's LUNs, and no others", folder.resolve(NAME));
    }
    try {
      steps.run("reconfigure multipathd", step -> multipathd.reconfigure(step, deadline));
    } catch (MultipathdException e) {
      // If it does not run it reads them when it starts; until then nothing can be attached, which
      // says so.
      log.warn("multipathd did not say that it has read its settings: {}", e.getMessage());
    }
  }

  private Optional<String> current() {
    try {
      return Optional.of(Files.readString(folder.resolve(NAME)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + folder.resolve(NAME), e);
    }
  }

  private void write(Step step) {
    files.makeFolder(step, folder);
    files.replace(step, folder.resolve(NAME), CONTENT, "rw-r--r--");
  }
}
