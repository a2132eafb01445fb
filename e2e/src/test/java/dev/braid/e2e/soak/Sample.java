package dev.braid.e2e.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Cases of a matrix: in {@code make test} a few of them, by a seed that is printed and that {@code
 * BRAID_SEED} repeats; with {@code BRAID_SOAK=all} every one.
 */
public final class Sample {

  private Sample() {}

  /**
   * @param fault whose cases these are, for what is printed
   */
  public static <T> List<T> of(String fault, List<T> all, int few) {
    return of(fault, all, few, all.size());
  }

  /**
   * @param many how many with {@code BRAID_SOAK=all}, where all are more than a soak has time for
   */
  public static <T> List<T> of(String fault, List<T> all, int few, int many) {
    int wanted = Math.min(Soak.times(few, many), all.size());
    if (wanted == all.size()) {
      return all;
    }
    var shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(Soak.seed()));
    List<T> chosen = shuffled.subList(0, wanted);
    System.out.printf(
        "%s: %s, of %d cases, with BRAID_SEED=%d%n", fault, chosen, all.size(), Soak.seed());
    return chosen;
  }
}
