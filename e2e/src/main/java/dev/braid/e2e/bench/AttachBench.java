package dev.braid.e2e.bench;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Attach and detach: a bare floor, os-brick and Braid in turn, and what Braid is held to. */
final class AttachBench {

  /** Of each subject in a case. */
  private static final int ROUNDS = 20;

  /**
   * With two paths an attach takes one of two times, whoever makes it: multipathd puts the second
   * path into the map at once, or when udev is through with the map. A median of few rounds says
   * which of them chance preferred.
   */
  private static final int TWO_PATHS = 40;

  /** Where each takes long. */
  private static final int FEW = 10;

  /** Where each takes minutes, and says the same each time. */
  private static final int ONCE = 1;

  private static final int OTHERS = 10;
  private static final int MANY = 200;
  private static final int TOGETHER = 50;
  private static final int TOGETHER_ROUNDS = 3;
  private static final Duration FAR = Duration.ofMillis(120);

  private static final double ATTACH = 1.25;
  private static final double DETACH = 1.5;
  private static final double GROWTH = 1.2;
  private static final double SPREAD = 2;

  private static final String RATIO = "ratio_to_floor";

  private AttachBench() {}

  /** Sessions up by others; two paths. */
  static List<Row> warm(BenchLab lab) throws Exception {
    var rows = new ArrayList<>(warm(lab, "", 2, Turns.WARM_ROUNDS, each(TWO_PATHS)));
    var empty = new ArrayList<Took>();
    for (int i = 0; i < ROUNDS; i++) {
      empty.add(lab.guest(Subject.BRAID).measure("probe", List.of()));
    }
    rows.add(Row.of("an empty call", Subject.BRAID, empty)); // it is in each of Braid's times
    return rows;
  }

  /** The same, with four paths. */
  static List<Row> fourPaths(BenchLab lab) throws Exception {
    return warm(lab, "-4-paths", 4, Turns.WARM_ROUNDS, each(ROUNDS));
  }

  /** What this machine sends to the head arrives later. */
  static List<Row> far(BenchLab lab) throws Exception {
    Machine node = lab.node();
    for (SanNetwork network : SanNetwork.values()) {
      node.delay(network, FAR);
    }
    try {
      return warm(lab, "-far", 2, 1, each(FEW));
    } finally {
      for (SanNetwork network : SanNetwork.values()) {
        node.clearDelay(network);
      }
    }
  }

  /** One portal of two has been dead since before the first session. */
  static List<Row> deadPortal(BenchLab lab) throws Exception {
    lab.node().pullCable(SanNetwork.B);
    try {
      return warm(
          lab,
          "-dead-portal",
          2,
          Turns.WARM_ROUNDS,
          Map.of(Subject.FLOOR, ROUNDS, Subject.OS_BRICK, ONCE, Subject.BRAID, ROUNDS));
    } finally {
      lab.node().plugCable(SanNetwork.B);
    }
  }

  private static List<Row> warm(
      BenchLab lab, String suffix, int portals, int warm, Map<Subject, Integer> rounds)
      throws Exception {
    List<BenchLun> luns = lab.luns(1 + OTHERS, portals);
    var turns = Turns.warm(suffix);
    var rows = new ArrayList<Row>();
    lab.during(
        luns.subList(1, luns.size()),
        () -> rows.addAll(rows(turns, turns.run(lab, luns.subList(0, 1), warm, rounds), true)));
    return rows;
  }

  /** The first login, the last logout. */
  static List<Row> cold(BenchLab lab) {
    var turns = Turns.cold();
    List<BenchLun> one = lab.luns(1, 2);
    return rows(turns, turns.run(lab, one, Turns.WARM_ROUNDS, each(TWO_PATHS)), false);
  }

  private static List<Row> rows(Turns turns, Turns.Outcome outcome, boolean warm) {
    var rows = new ArrayList<Row>();
    rows.addAll(
        withoutMap(
            outcome,
            compared(
                turns.attach(),
                outcome.attaches(),
                ATTACH,
                warm ? OptionalDouble.of(0) : OptionalDouble.empty())));
    rows.addAll(
        compared(
            turns.detach(),
            outcome.detaches(),
            DETACH,
            warm ? OptionalDouble.of(1) : OptionalDouble.empty()));
    return after(outcome, rows);
  }

  /**
   * With a word on the attaches of os-brick that are in none of its times, and on those whose call
   * returned with fewer paths than all three are timed for.
   */
  private static List<Row> withoutMap(Turns.Outcome outcome, List<Row> attaches) {
    return attaches.stream()
        .map(row -> is(row, Subject.OS_BRICK) ? ofOsBrick(outcome, row) : row)
        .toList();
  }

  private static Row ofOsBrick(Turns.Outcome outcome, Row row) {
    Row calls = Row.of("", Subject.OS_BRICK, outcome.calls());
    return row.with("without_map", outcome.withoutMap())
        .with("lacking_paths", outcome.lacking())
        .with("call_p50_ms", calls.p50Millis());
  }

  /** With a word on how many rounds went before that do not count. */
  private static List<Row> after(Turns.Outcome outcome, List<Row> rows) {
    return rows.stream().map(row -> row.with("warm_rounds", outcome.warm())).toList();
  }

  /**
   * @param most that Braid may take, in floors
   * @param processes that Braid may start, where that is said
   */
  private static List<Row> compared(
      String name, Map<Subject, List<Took>> measured, double most, OptionalDouble processes) {
    var rows = new ArrayList<Row>();
    for (Subject subject : Subject.values()) {
      Optional.ofNullable(measured.get(subject))
          .ifPresent(requests -> rows.add(Row.of(name, subject, requests)));
    }
    Optional<Row> brick = find(rows, Subject.OS_BRICK);
    double floor = find(rows, Subject.FLOOR).orElseThrow().p50Millis();
    rows.replaceAll(row -> isFloor(row) ? row : row.with(RATIO, row.p50Millis() / floor));
    rows.replaceAll(
        row -> {
          if (!is(row, Subject.BRAID)) {
            return row;
          }
          Row held = row.heldTo(new Limit("of floor", row.p50Millis() / floor, most));
          if (processes.isPresent()) {
            held = held.heldTo(new Limit("processes", row.most(), processes.getAsDouble()));
          }
          return brick.isPresent()
              ? held.heldTo(new Limit("of os-brick", row.p50Millis() / brick.get().p50Millis(), 1))
              : held;
        });
    return rows;
  }

  /** Whether it grows with what is attached already. */
  static List<Row> manyAttached(BenchLab lab) throws Exception {
    List<BenchLun> luns = lab.luns(1 + MANY, 2);
    List<BenchLun> one = luns.subList(0, 1);
    Map<Subject, Integer> rounds =
        Map.of(Subject.FLOOR, TWO_PATHS, Subject.OS_BRICK, FEW, Subject.BRAID, TWO_PATHS);
    var few = Turns.warm("-at-" + OTHERS);
    var many = Turns.warm("-at-" + MANY);
    var rows = new ArrayList<Row>();
    lab.during(
        luns.subList(1, 1 + OTHERS),
        () -> {
          Turns.Outcome atFew = few.run(lab, one, Turns.WARM_ROUNDS, rounds);
          rows.addAll(rows(few, atFew, true));
          lab.during(
              luns.subList(1 + OTHERS, luns.size()),
              () -> {
                Turns.Outcome atMany = many.run(lab, one, Turns.WARM_ROUNDS, rounds);
                rows.addAll(
                    after(
                        atMany,
                        withoutMap(
                            atMany, grown(many.attach(), atMany.attaches(), atFew.attaches()))));
                rows.addAll(
                    after(atMany, grown(many.detach(), atMany.detaches(), atFew.detaches())));
              });
        });
    return rows;
  }

  private static List<Row> grown(
      String name, Map<Subject, List<Took>> many, Map<Subject, List<Took>> few) {
    double floor = growth(Subject.FLOOR, many, few);
    double brick = p50(Subject.OS_BRICK, many);
    var rows = new ArrayList<Row>();
    for (Subject subject : Subject.values()) {
      double growth = growth(subject, many, few);
      Row row = Row.of(name, subject, many.getOrDefault(subject, List.of()));
      row = row.with(RATIO, row.p50Millis() / p50(Subject.FLOOR, many));
      rows.add(
          subject == Subject.BRAID
              ? row.heldTo(new Limit("of the same at " + OTHERS, growth, GROWTH))
                  .heldTo(new Limit("of the floor's growth", growth / floor, GROWTH))
                  .heldTo(new Limit("of os-brick", row.p50Millis() / brick, 1))
              : row.with("of_the_same_at_" + OTHERS, growth));
    }
    return rows;
  }

  private static double growth(
      Subject subject, Map<Subject, List<Took>> many, Map<Subject, List<Took>> few) {
    return p50(subject, many) / p50(subject, few);
  }

  private static double p50(Subject subject, Map<Subject, List<Took>> measured) {
    return Row.of("", subject, measured.getOrDefault(subject, List.of())).p50Millis();
  }

  /** As when a node is drained to another: all volumes at once. */
  static List<Row> together(BenchLab lab) throws Exception {
    List<BenchLun> luns = lab.luns(1 + OTHERS + TOGETHER, 2);
    List<BenchLun> others = luns.subList(1, 1 + OTHERS);
    List<BenchLun> together = luns.subList(1 + OTHERS, 1 + OTHERS + TOGETHER);
    var turns = Turns.warm("-" + TOGETHER);
    var rows = new ArrayList<Row>();
    lab.during(
        others,
        () -> {
          Turns.Outcome outcome =
              turns.run(
                  lab,
                  together,
                  0,
                  Map.of(
                      Subject.FLOOR,
                      TOGETHER_ROUNDS,
                      Subject.OS_BRICK,
                      ONCE,
                      Subject.BRAID,
                      TOGETHER_ROUNDS));
          rows.addAll(
              after(outcome, withoutMap(outcome, spread(turns.attach(), outcome.attaches()))));
          rows.addAll(after(outcome, spread(turns.detach(), outcome.detaches())));
        });
    return rows;
  }

  /** Its slowest beside the time in which the floor has done all of them. */
  private static List<Row> spread(String name, Map<Subject, List<Took>> measured) {
    double floor = wall(measured.getOrDefault(Subject.FLOOR, List.of()));
    double brick = wall(measured.getOrDefault(Subject.OS_BRICK, List.of()));
    var rows = new ArrayList<Row>();
    measured.forEach(
        (subject, requests) -> {
          double wall = wall(requests);
          Row row = Row.of(name, subject, requests).with("wall_ms", wall);
          double ratio = row.p99Millis() / floor;
          rows.add(
              subject == Subject.BRAID
                  ? row.heldTo(new Limit("p99 of floor's wall", ratio, SPREAD))
                      .heldTo(new Limit("wall of os-brick's", wall / brick, 1))
                  : row.with("p99_of_floors_wall", ratio));
        });
    return rows;
  }

  private static double wall(List<Took> requests) {
    List<Double> walls = requests.stream().map(Took::wall).sorted().toList();
    return walls.get(walls.size() / 2);
  }

  private static Map<Subject, Integer> each(int rounds) {
    return Map.of(Subject.FLOOR, rounds, Subject.OS_BRICK, rounds, Subject.BRAID, rounds);
  }

  private static Optional<Row> find(List<Row> rows, Subject subject) {
    return rows.stream().filter(row -> is(row, subject)).findFirst();
  }

  private static boolean isFloor(Row row) {
    return is(row, Subject.FLOOR);
  }

  private static boolean is(Row row, Subject subject) {
    return row.subject().equals(subject.text());
  }
}
