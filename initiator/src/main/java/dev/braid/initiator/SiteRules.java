package dev.braid.initiator;

import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * udev's rules of this host that scan a target when a LUN of it says that others came or went
 * ("reported LUNs data has changed"), as some distributions bring: a detached LUN would come back
 * by itself (rule 10). {@link UdevRules} takes that news from the rules behind it, for Braid's
 * LUNs. What is looked for here is what it cannot help: a rule before it, one that scans at any
 * event, or a file that stands in its place.
 */
final class SiteRules {

  private static final Pattern RUNS = Pattern.compile("\\b(RUN|PROGRAM|IMPORT\\{program\\})");

  /** And not those for scanners. */
  private static final Pattern SCANS = Pattern.compile("scan(?!ner)");

  private static final String NEWS = "SDEV_UA";
  private static final Pattern ANY_CHANGE = Pattern.compile("ACTION==\"[^\"]*\\bchange\\b[^\"]*\"");
  private static final Pattern SCSI = Pattern.compile("SUBSYSTEM==\"scsi\"");

  private final List<Path> folders;

  /**
   * @param folders of rules, those first whose files stand in the place of others' of that name
   */
  SiteRules(List<Path> folders) {
    this.folders = folders;
  }

  /** Empty if nothing is wrong. */
  List<String> wrong() {
    Map<String, Path> files = new TreeMap<>();
    for (Path folder : folders) {
      Attributes.names(folder).stream()
          .filter(name -> name.endsWith(".rules"))
          .forEach(name -> files.putIfAbsent(name, folder.resolve(name)));
    }
    var wrong = new ArrayList<String>();
    files.forEach(
        (name, file) -> {
          boolean first = name.compareTo(UdevRules.RULES) < 0;
          if (name.equals(UdevRules.RULES)) {
            if (!text(file).contains(UdevRules.PROPERTIES)) {
              wrong.add(
                  file + " stands in the place of Braid's rule of that name: remove it from there");
            }
          } else if (rules(text(file)).anyMatch(rule -> scans(rule, first))) {
            wrong.add(
                file
                    + " has a rule that scans a target when its LUNs change, and brings back a LUN"
                    + " that was detached: take that rule out, or exclude ATTR{model}==\"Braid*\"");
          }
        });
    return wrong;
  }

  /** A rule may go on in the next line. */
  private static Stream<String> rules(String text) {
    return text.replaceAll("\\\\\\R", "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.startsWith("#"));
  }

  /**
   * @param first whether it comes before ours
   */
  private static boolean scans(String rule, boolean first) {
    if (!RUNS.matcher(rule).find() || !SCANS.matcher(rule).find() || rule.contains("Braid")) {
      return false;
    }
    return rule.contains(NEWS)
        ? first
        : SCSI.matcher(rule).find() && ANY_CHANGE.matcher(rule).find();
  }

  private static String text(Path file) {
    return Attributes.text(file).orElse("");
  }
}
