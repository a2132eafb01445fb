package dev.braid.e2e.bench;

import dev.braid.base.error.BraidException;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Runs the cases that are asked for, or all; prints a table, writes {@code e2e/target/bench.json}.
 */
public final class Bench {

  private interface Case {
    List<Row> run() throws Exception;
  }

  private interface LabCase {
    List<Row> run(BenchLab lab) throws Exception;
  }

  /** Each with its own start of whatever it needs. */
  private static final Map<String, Case> ALONE = new LinkedHashMap<>();

  /** All in one lab, which they leave as they found it. */
  private static final Map<String, LabCase> IN_LAB = new LinkedHashMap<>();

  /** For a person who looks for where the time goes; it compares nothing. */
  private static final String PROFILE = "profile";

  static {
    ALONE.put("node-start", NodeStart::run);
    ALONE.put("node-memory", NodeMemory::run);
    IN_LAB.put("attach", AttachBench::warm);
    IN_LAB.put("attach-cold", AttachBench::cold);
    IN_LAB.put("attach-4-paths", AttachBench::fourPaths);
    IN_LAB.put("attach-at-200", AttachBench::manyAttached);
    IN_LAB.put("attach-50", AttachBench::together);
    IN_LAB.put("attach-dead-portal", AttachBench::deadPortal);
    IN_LAB.put("attach-far", AttachBench::far);
    IN_LAB.put("data-path", DataPath::run);
    IN_LAB.put(PROFILE, Profile::run);
  }

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    List<String> all = new ArrayList<>(ALONE.keySet());
    all.addAll(IN_LAB.keySet());
    List<String> wanted = List.of(arguments);
    if (wanted.isEmpty()) {
      wanted = all.stream().filter(name -> !name.equals(PROFILE)).toList();
    }
    for (String name : wanted) {
      if (!all.contains(name)) {
        System.err.println("no case " + name + "; there are " + all);
        System.exit(2);
      }
    }
    var outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    outcome.where().add(machine());
    for (String name : wanted.stream().filter(ALONE::containsKey).toList()) {
      System.out.println(name + " ...");
      outcome.rows().addAll(Objects.requireNonNull(ALONE.get(name)).run());
    }
    List<String> inLab = wanted.stream().filter(IN_LAB::containsKey).toList();
    if (!inLab.isEmpty()) {
      runInLab(inLab, outcome);
    }
    System.out.println();
    outcome.where().forEach(System.out::println);
    outcome.rows().forEach(row -> System.out.println(row.line()));
    outcome.failures().forEach(System.out::println);
    write(outcome);
    System.exit(outcome.failures().isEmpty() ? 0 : 1);
  }

  /**
   * @param where lines on what it ran on
   * @param failures of cases that came to no end
   */
  private record Outcome(List<String> where, List<Row> rows, List<String> failures) {}

  /** What was measured before a case failed is kept; what a failed case leaves ends the others. */
  private static void runInLab(List<String> names, Outcome outcome) throws Exception {
    try (BenchLab lab = BenchLab.start()) {
      outcome.where().add("the lab: " + lab.summary() + ", the second node off");
      for (String name : names) {
        System.out.println(name + " ...");
        try {
          List<Row> rows = Objects.requireNonNull(IN_LAB.get(name)).run(lab);
          rows.forEach(row -> System.out.println(row.line()));
          outcome.rows().addAll(rows);
        } catch (LabException | BraidException e) {
          lab.collectLogs();
          outcome.failures().add(name + " FAILED: " + e.getMessage());
          List<String> left = names.subList(names.indexOf(name) + 1, names.size());
          outcome.failures().add("not run after that: " + left);
          return;
        }
      }
    }
  }

  private static String machine() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(l -> l.startsWith("model name"))
            .map(l -> l.substring(l.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown processor");
    return Runtime.getRuntime().availableProcessors() + " cores, " + model;
  }

  private static void write(Outcome outcome) throws IOException {
    Path file = Repository.root().resolve("e2e/target/bench.json");
    String all = outcome.rows().stream().map(Row::json).collect(Collectors.joining(",\n  "));
    Files.writeString(
        file,
        "{\"machine\":\""
            + String.join("; ", outcome.where())
            + "\",\"rows\":[\n  "
            + all
            + "\n]}\n");
    System.out.println(file);
  }
}
