package dev.braid.e2e.bench;

import dev.braid.e2e.lab.Progress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Braid alone, attach and detach over and over, with the time of each step by the plugin's own
 * metrics: to see where it goes. What no step accounts for is looking and waiting.
 */
final class Profile {

  private static final int ROUNDS = 30;
  private static final int OTHERS = 10;
  private static final Pattern STEP =
      Pattern.compile("braid_step_seconds_total\\{step=\"([^\"]*)\"\\} ([^;]+)");

  private Profile() {}

  static List<Row> run(BenchLab lab) throws Exception {
    List<BenchLun> luns = lab.luns(1 + OTHERS, 2);
    List<BenchLun> one = luns.subList(0, 1);
    Guest braid = lab.guest(Subject.BRAID);
    var rows = new ArrayList<Row>();
    lab.during(
        luns.subList(1, luns.size()),
        () -> {
          for (int i = 0; i < Turns.WARM_ROUNDS; i++) {
            braid.measure("attach", one);
            braid.measure("detach", one);
          }
          Map<String, Double> before = steps(braid);
          var attaches = new ArrayList<Took>();
          var detaches = new ArrayList<Took>();
          var empty = new ArrayList<Took>();
          for (int i = 0; i < ROUNDS; i++) {
            attaches.add(braid.measure("attach", one));
            detaches.add(braid.measure("detach", one));
            empty.add(braid.measure("probe", List.of()));
          }
          Map<String, Double> after = steps(braid);
          Progress.say("  of one attach and detach, in steps:");
          after.keySet().stream()
              .sorted(
                  Comparator.comparingDouble(
                      s -> before.getOrDefault(s, 0.0) - after.getOrDefault(s, 0.0)))
              .forEach(step -> Progress.say(line(step, before, after)));
          rows.add(Row.of("profile-attach", Subject.BRAID, attaches));
          rows.add(Row.of("profile-detach", Subject.BRAID, detaches));
          rows.add(Row.of("profile-probe", Subject.BRAID, empty));
        });
    return rows;
  }

  private static String line(String step, Map<String, Double> before, Map<String, Double> after) {
    double seconds = after.getOrDefault(step, 0.0) - before.getOrDefault(step, 0.0);
    return String.format(Locale.ROOT, "  %8.1f ms  %s", seconds * 1000 / ROUNDS, step);
  }

  private static Map<String, Double> steps(Guest braid) {
    var steps = new HashMap<String, Double>();
    Matcher m = STEP.matcher(braid.ask("metrics " + BenchLab.METRICS));
    while (m.find()) {
      steps.put(m.group(1), Double.parseDouble(m.group(2)));
    }
    return steps;
  }
}
