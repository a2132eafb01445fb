package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Done;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.KillPoints;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.VolumeLife;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program killed at its steps. A sample of them here, from a seed that is printed; {@code make
 * soak} takes all. {@code BRAID_SEED} repeats a sample.
 */
@InStack
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KillLabTest {

  /** Of each program. */
  private static final int SAMPLE = 1;

  private final Stack stack;
  private final Map<Stack.Program, List<KillPoints.Moment>> moments =
      new EnumMap<>(Stack.Program.class);

  KillLabTest(Stack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @EnumSource(Stack.Program.class)
  @DisplayName(
      "F5, F30, rule 15: killed before and after a step, started again and asked the same:"
          + " converges, nothing left")
  void killed(Stack.Program program) {
    KillPoints points = stack.killPoints(program);
    var clean = Leftovers.of(stack.lab());
    var node = stack.lab().node1();
    var all = moments(program);
    assertThat(all).as("the steps of a volume's life in the " + points.who()).isNotEmpty();

    var survived = Done.of("survived-" + points.who());
    var chosen = Soak.all() ? without(survived.all(), all) : sample(all, Soak.seed());
    System.out.printf(
        "%s: %d moments in a life, %d chosen%s%n",
        points.who(),
        all.size(),
        chosen.size(),
        Soak.all() ? "" : " with BRAID_SEED=" + Soak.seed());
    int lives = 0;
    for (KillPoints.Moment moment : chosen) {
      int before = points.kills();
      System.out.printf("  %s killed %s%n", points.who(), moment);
      points.arm(moment);
      VolumeLife.live(stack, node, "killed-" + ++lives, points);
      assertThat(points.kills() - before).as("killed once, " + moment).isEqualTo(1);
      clean.assertNoneSoon();
      if (Soak.all()) {
        survived.add(moment.toString());
      }
    }
  }

  /** One life passes those of every program. */
  private List<KillPoints.Moment> moments(Stack.Program program) {
    if (moments.isEmpty()) {
      var clean = Leftovers.of(stack.lab());
      Runnable life = () -> VolumeLife.live(stack, stack.lab().node1(), "life", VolumeLife.ONCE);
      for (Stack.Program each : Stack.Program.values()) {
        Runnable inner = life;
        life = () -> moments.put(each, stack.killPoints(each).record(inner));
      }
      life.run();
      clean.assertNoneSoon();
    }
    return moments.getOrDefault(program, List.of());
  }

  /** A soak that was stopped goes on with those that have not been survived yet. */
  private static List<KillPoints.Moment> without(
      List<String> survived, List<KillPoints.Moment> all) {
    return all.stream().filter(moment -> !survived.contains(moment.toString())).toList();
  }

  private static List<KillPoints.Moment> sample(List<KillPoints.Moment> all, long seed) {
    var shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled.subList(0, Math.min(all.size(), SAMPLE));
  }
}
