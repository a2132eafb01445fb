package dev.braid.e2e.bench;

import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Runs the cases that are asked for, or all; prints a table, writes {@code e2e/target/bench.json}.
 */
public final class Bench {

  private interface Case {
    List<Row> run() throws Exception;
  }

  private static final Map<String, Case> CASES =
      new TreeMap<>(
          Map.of("node-start", () -> NodeStart.run(), "node-memory", () -> NodeMemory.run()));

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    List<String> wanted = arguments.length == 0 ? List.copyOf(CASES.keySet()) : List.of(arguments);
    for (String name : wanted) {
      if (!CASES.containsKey(name)) {
        System.err.println("no case " + name + "; there are " + CASES.keySet());
        System.exit(2);
      }
    }
    var rows = new ArrayList<Row>();
    for (String name : wanted) {
      System.out.println(name + " ...");
      rows.addAll(Objects.requireNonNull(CASES.get(name)).run());
    }
    String machine = machine();
    System.out.println();
    System.out.println(machine);
    rows.forEach(row -> System.out.println(row.line()));
    write(machine, rows);
    System.exit(0);
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

  private static void write(String machine, List<Row> rows) throws IOException {
    Path file = Repository.root().resolve("e2e/target/bench.json");
    String all = rows.stream().map(Row::json).collect(Collectors.joining(",\n  "));
    Files.writeString(file, "{\"machine\":\"" + machine + "\",\"rows\":[\n  " + all + "\n]}\n");
    System.out.println(file);
  }
}
