package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.KillPoints;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.VolumeLife;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program killed at its steps. A sample of them here, from a seed that is printed; {@code make
 * soak} takes all. {@code BRAID_SEED} repeats a sample.
 */
@InStack
class KillLabTest {

  private static final int SAMPLE = 2;
  private static final boolean IS_SOAK = "all".equals(System.getenv("BRAID_KILLS"));

  private final Stack stack;

  KillLabTest(Stack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @EnumSource(Stack.Program.class)
  @DisplayName(
      "F5, rule 15: killed before and after a step, started again and asked the same: converges, nothing left")
  void killed(Stack.Program program) throws IOException {
    long seed = seed();
    KillPoints points = stack.killPoints(program);
    var clean = Leftovers.of(stack.lab());
    var node = stack.lab().node1();
    var all = points.record(() -> VolumeLife.live(stack, node, "life", VolumeLife.ONCE));
    clean.assertNoneNow();
    assertThat(all).as("the steps of a volume's life in the " + points.who()).isNotEmpty();

    var survived = new Survived(points.who());
    var chosen = IS_SOAK ? survived.notIn(all) : sample(all, seed);
    System.out.printf(
        "%s: %d moments in a life, %d chosen%s%n",
        points.who(), all.size(), chosen.size(), IS_SOAK ? "" : " with BRAID_SEED=" + seed);
    int lives = 0;
    for (KillPoints.Moment moment : chosen) {
      int before = points.kills();
      System.out.printf("  %s killed %s%n", points.who(), moment);
      points.arm(moment);
      VolumeLife.live(stack, node, "killed-" + ++lives, points);
      assertThat(points.kills() - before).as("killed once, " + moment).isEqualTo(1);
      clean.assertNoneNow();
      survived.add(moment);
    }
  }

  private static List<KillPoints.Moment> sample(List<KillPoints.Moment> all, long seed) {
    var shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled.subList(0, Math.min(all.size(), SAMPLE));
  }

  /** The moments that were survived so far: a soak that was stopped goes on with the others. */
  private static final class Survived {
    private final Path file;

    Survived(String who) {
      file = Repository.root().resolve("e2e/target/soak/survived-" + who);
    }

    List<KillPoints.Moment> notIn(List<KillPoints.Moment> all) throws IOException {
      var known = Files.exists(file) ? Files.readAllLines(file) : List.<String>of();
      return all.stream().filter(m -> !known.contains(m.toString())).toList();
    }

    void add(KillPoints.Moment moment) throws IOException {
      Files.createDirectories(file.getParent());
      Files.writeString(file, moment + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  private static long seed() {
    String told = System.getenv("BRAID_SEED");
    return told == null ? System.nanoTime() & 0xffffff : Long.parseLong(told);
  }
}
