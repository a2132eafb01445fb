package dev.braid.e2e.probe;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * What is left over in machines, or gone from them, since a moment that was noted:
 *
 * <pre>{@code
 * var clean = Leftovers.of(lab);
 * ... a volume's whole life ...
 * clean.assertNoneNow();
 * }</pre>
 *
 * See the package for what is compared.
 */
public final class Leftovers {

  private static final Duration LOOK = Duration.ofSeconds(60);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final Duration PRUNED = Duration.ofSeconds(30);
  private static final String SCRIPT = script();

  private final Map<Machine, Snapshot> before;

  private Leftovers(Map<Machine, Snapshot> before) {
    this.before = before;
  }

  /** Notes what every machine holds now. */
  public static Leftovers of(Lab lab) {
    return of(lab.machines());
  }

  /** Notes what these machines hold now. */
  public static Leftovers of(List<Machine> machines) {
    return new Leftovers(snapshots(machines));
  }

  /** What one machine holds now. */
  public static Snapshot snapshot(Machine machine) {
    return SnapshotParser.parse(machine.run(LOOK, SCRIPT));
  }

  /**
   * What has changed since, for each machine in which something has. Processes get a few seconds to
   * end.
   */
  public Map<Machine, Diff> now() {
    Deadline settled = Deadline.after(SETTLE);
    Map<Machine, Diff> changed = differences();
    while (!changed.isEmpty()
        && changed.values().stream().noneMatch(Diff::isForGood)
        && !settled.passed()) {
      changed = differences();
    }
    return changed;
  }

  /**
   * @throws AssertionError that lists every difference in every machine
   */
  public void assertNoneNow() {
    throwIfAny(now());
  }

  /**
   * The same, after a while for what a call leaves to be done after its answer: multipath's lists
   * are pruned then, by a note in Braid's own folder. Whatever else is left fails at once.
   *
   * @throws AssertionError that lists every difference in every machine
   */
  public void assertNoneSoon() {
    assertNoneWithin(PRUNED);
  }

  /** The same, with another patience. */
  public void assertNoneWithin(Duration patience) {
    Deadline soon = Deadline.after(patience);
    Map<Machine, Diff> changed = now();
    while (!changed.isEmpty()
        && changed.values().stream().allMatch(Leftovers::mayBePruned)
        && !soon.passed()) {
      changed = now();
    }
    throwIfAny(changed);
  }

  private static void throwIfAny(Map<Machine, Diff> changed) {
    if (!changed.isEmpty()) {
      throw new AssertionError(
          changed.entrySet().stream()
              .map(
                  e -> "left over in " + e.getKey() + " (+), or gone from it (-):\n" + e.getValue())
              .collect(Collectors.joining()));
    }
  }

  private static boolean mayBePruned(Diff diff) {
    return diff.removed().isEmpty()
        && Set.of(Kind.MULTIPATH, Kind.FILE, Kind.PROCESS).containsAll(diff.added().keySet());
  }

  private Map<Machine, Diff> differences() {
    var changed = new LinkedHashMap<Machine, Diff>();
    snapshots(List.copyOf(before.keySet()))
        .forEach(
            (machine, now) -> {
              Diff diff = now.since(Objects.requireNonNull(before.get(machine)));
              if (!diff.isEmpty()) {
                changed.put(machine, diff);
              }
            });
    return changed;
  }

  /** All machines at once: a look costs seconds in emulation, nearly all of it waiting. */
  private static Map<Machine, Snapshot> snapshots(List<Machine> machines) {
    var looks = new LinkedHashMap<Machine, CompletableFuture<Snapshot>>();
    machines.forEach(m -> looks.put(m, CompletableFuture.supplyAsync(() -> snapshot(m))));
    var snapshots = new LinkedHashMap<Machine, Snapshot>();
    looks.forEach((machine, look) -> snapshots.put(machine, look.join()));
    return snapshots;
  }

  private static String script() {
    try (InputStream in = Leftovers.class.getResourceAsStream("collect.sh")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
