package dev.braid.e2e.bench;

import dev.braid.e2e.lab.Progress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The subjects in turn, each with an attach and a detach of the same LUNs in a round, so that all
 * of them meet the same machine.
 *
 * @param attach the name of the rows; {@code subjects.py} knows the verb
 */
record Turns(String attach, String detach, String attachVerb, String detachVerb) {

  /** Not counted: the JVM and Python come up to speed, and the page cache has what it needs. */
  static final int WARM_ROUNDS = 20;

  /** With the sessions up and kept. */
  static Turns warm(String suffix) {
    return new Turns("attach" + suffix, "detach" + suffix, "attach", "detach");
  }

  /** With login and logout. */
  static Turns cold() {
    return new Turns("attach-cold", "detach-last", "attach-cold", "detach-last");
  }

  /**
   * What was measured of each subject.
   *
   * @param warm so many warm-up rounds were before
   * @param withoutMap how often os-brick made no map and had to begin anew, warm-up rounds included
   * @param lacking how often its call returned before its map had all paths, warm-up rounds
   *     included
   * @param calls what os-brick's calls took until they returned; its attaches go on until the map
   *     has all paths, as the others' do
   */
  record Outcome(
      int warm,
      int withoutMap,
      int lacking,
      List<Took> calls,
      Map<Subject, List<Took>> attaches,
      Map<Subject, List<Took>> detaches) {

    List<Took> attaches(Subject subject) {
      return Objects.requireNonNull(attaches.get(subject));
    }

    List<Took> detaches(Subject subject) {
      return Objects.requireNonNull(detaches.get(subject));
    }
  }

  /**
   * @param luns all at once
   * @param rounds of each subject; one that has less sits the others out, and one that has a single
   *     one, as it takes minutes, the warm-up rounds too
   */
  Outcome run(BenchLab lab, List<BenchLun> luns, int warm, Map<Subject, Integer> rounds) {
    var attaches = new EnumMap<Subject, List<Took>>(Subject.class);
    var detaches = new EnumMap<Subject, List<Took>>(Subject.class);
    var calls = new ArrayList<Took>();
    int most = rounds.values().stream().mapToInt(r -> r).max().orElse(0);
    for (int round = -warm; round < most; round++) {
      for (Subject subject : Subject.values()) {
        int of = rounds.getOrDefault(subject, 0);
        if (round >= of || (round < 0 && of <= 1)) {
          continue;
        }
        Guest guest = lab.guest(subject);
        Took on = guest.measure(attachVerb, luns);
        Took off = guest.measure(detachVerb, luns);
        if (round >= 0 && subject == Subject.OS_BRICK) {
          calls.add(Took.parse(guest.ask("calls")));
        }
        if (round >= 0) {
          attaches.computeIfAbsent(subject, s -> new ArrayList<>()).add(on);
          detaches.computeIfAbsent(subject, s -> new ArrayList<>()).add(off);
        }
        Progress.say(line(round, warm, subject, on, off));
      }
    }
    return new Outcome(
        warm,
        ofOsBrick("without-map", lab, rounds),
        ofOsBrick("lacking", lab, rounds),
        calls,
        attaches,
        detaches);
  }

  private static int ofOsBrick(String count, BenchLab lab, Map<Subject, Integer> rounds) {
    return rounds.containsKey(Subject.OS_BRICK)
        ? Integer.parseInt(lab.guest(Subject.OS_BRICK).ask(count))
        : 0;
  }

  private String line(int round, int warm, Subject subject, Took on, Took off) {
    return String.format(
        Locale.ROOT,
        "  %s, %s: %s %.0f ms, %d processes; off %.0f ms, %d processes",
        attach,
        round < 0 ? "warm-up " + (warm + round + 1) : "round " + (round + 1),
        subject.text(),
        on.wall(),
        on.processes(),
        off.wall(),
        off.processes());
  }
}
