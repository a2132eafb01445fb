package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Wwid;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Step;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The LUNs attached on this host and the portals that each is to have, a file each, written before
 * the first login: a portal that is dead then is nowhere else to be found when it is back.
 *
 * <p>A hint, as rule 4 has it: where it is lost, a path that was away does not join by itself, and
 * nothing is harmed.
 */
final class KnownLuns {

  private static final Logger log = LoggerFactory.getLogger(KnownLuns.class);

  private static final String TARGET = "target ";
  private static final String LUN = "lun ";
  private static final String PORTAL = "portal ";

  private final Path folder;
  private final HostFiles files = new HostFiles();

  KnownLuns(Path folder) {
    this.folder = folder;
  }

  List<Lun> all() {
    return Attributes.names(folder).stream()
        .map(KnownLuns::wwid)
        .flatMap(Optional::stream)
        .map(this::find)
        .flatMap(Optional::stream)
        .toList();
  }

  Optional<Lun> find(Wwid wwid) {
    return Attributes.text(file(wwid)).flatMap(text -> parse(wwid, text));
  }

  void note(Step step, Lun lun) {
    files.makeFolder(step, folder);
    files.replace(step, file(lun.wwid()), text(lun), "rw-------");
  }

  void forget(Step step, Wwid wwid) {
    files.removeReplaced(step, file(wwid));
  }

  /** Whether there is anything to forget. */
  boolean has(Wwid wwid) {
    return Files.exists(file(wwid));
  }

  private Path file(Wwid wwid) {
    return folder.resolve(wwid.text());
  }

  static String text(Lun lun) {
    return TARGET
        + lun.target()
        + "\n"
        + LUN
        + lun.number()
        + "\n"
        + lun.portals().stream().map(p -> PORTAL + p + "\n").collect(Collectors.joining());
  }

  static Optional<Lun> parse(Wwid wwid, String text) {
    try {
      List<String> lines = text.lines().toList();
      if (lines.size() < 3) {
        throw new InvalidInput("a note of a LUN", text, "want target, LUN and portals");
      }
      var portals = new ArrayList<Portal>();
      for (String line : lines.subList(2, lines.size())) {
        portals.add(Portal.parse(value(line, PORTAL)));
      }
      return Optional.of(
          new Lun(
              new Iqn(value(lines.get(0), TARGET)),
              portals,
              LunNumber.parse(value(lines.get(1), LUN)),
              wwid));
    } catch (InvalidInput e) {
      log.warn("what was noted of {} cannot be read and is not used: {}", wwid, e.getMessage());
      return Optional.empty();
    }
  }

  private static String value(String line, String key) {
    if (!line.startsWith(key)) {
      throw new InvalidInput("a note of a LUN", line, "want '" + key + "'");
    }
    return line.substring(key.length());
  }

  private static Optional<Wwid> wwid(String name) {
    try {
      return Optional.of(new Wwid(name));
    } catch (InvalidInput e) {
      return Optional.empty(); // a replacement that was cut off
    }
  }
}
