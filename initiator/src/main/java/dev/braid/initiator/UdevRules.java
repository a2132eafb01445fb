package dev.braid.initiator;

import dev.braid.base.Inquiry;
import dev.braid.base.step.Steps;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two rules for udev: one for when a head gives a node a LUN more, or takes one away; and one for a
 * path that is write-protected.
 *
 * <p>LIO tells the first by a unit attention ("reported LUNs data has changed") on every other LUN
 * of the initiator, over every path, and the kernel makes an event of each. udev's own rules
 * forward such an event to the block device, whose rules start some ten programs: with a hundred
 * LUNs, a thousand processes for each one that comes or goes, and multipathd waits behind them
 * (rule 19). On some systems a rule even scans the whole target then, and brings back what is being
 * detached (rule 10).
 *
 * <p>The first rule comes before them all and takes the news out of the event, for Braid's LUNs
 * alone: they come and go by attach and detach and in no other way. Other unit attentions, as of a
 * changed capacity, pass.
 *
 * <p>The second marks a path that is write-protected, by which multipath passes over it ({@link
 * MultipathConfig}): multipathd would put it into the map, and turn the whole map read-only. The
 * flag keeps udev's own rules from giving such a path the links by which it would be found.
 *
 * <p>The rules lie where a reboot clears them away; udev notices new ones by itself.
 */
final class UdevRules {

  private static final Logger log = LoggerFactory.getLogger(UdevRules.class);

  /** Before all others. */
  static final String RULES = "00-braid.rules";

  static final String PROPERTIES = "00-braid.env";

  /** What udev knows a path by that is write-protected. */
  static final String WRITE_PROTECTED = "BRAID_WRITE_PROTECTED";

  /** A rule may not set DEVTYPE itself, but may read it from a file. */
  private static final String PROPERTIES_CONTENT = "DEVTYPE=braid_lun\n";

  private final OwnFile rules;
  private final OwnFile properties;
  private final Steps steps;

  /**
   * @param udev {@code /run/udev}
   */
  UdevRules(Path udev, Steps steps) {
    Path folder = udev.resolve("rules.d");
    this.rules = new OwnFile(folder.resolve(RULES));
    this.properties = new OwnFile(folder.resolve(PROPERTIES), PROPERTIES_CONTENT);
    this.steps = steps;
  }

  /** Writes the rules if they are not there as they should be. */
  void ensure() {
    ensure(properties, PROPERTIES_CONTENT);
    ensure(rules, content());
  }

  /** The rule first, which reads the other file. */
  void remove() {
    rules.remove(steps, "remove udev rule");
    properties.remove(steps, "remove udev rule");
  }

  private String content() {
    return """
        # %s It matches Braid's LUNs only.
        ACTION=="change", SUBSYSTEM=="scsi", ENV{DEVTYPE}=="scsi_device", \\
          ENV{SDEV_UA}=="REPORTED_LUNS_DATA_HAS_CHANGED", \\
          ATTR{vendor}=="%s*", ATTR{model}=="%s*", \\
          ENV{SDEV_UA}="", IMPORT{file}="%s"
        ACTION!="remove", SUBSYSTEM=="block", ENV{DEVTYPE}=="disk", ATTR{ro}=="1", \\
          ATTRS{vendor}=="%s*", ATTRS{model}=="%s*", \\
          ENV{%s}="1", ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1"
        """
        .formatted(
            OwnFile.MARK,
            Inquiry.VENDOR,
            Inquiry.PRODUCT,
            properties.path(),
            Inquiry.VENDOR,
            Inquiry.PRODUCT,
            WRITE_PROTECTED);
  }

  private void ensure(OwnFile file, String content) {
    if (file.ensure(steps, "write udev rule", content)) {
      log.info("wrote {}: udev's rules for Braid's LUNs, and no others", file.path());
    }
  }
}
