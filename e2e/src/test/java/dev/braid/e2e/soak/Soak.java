package dev.braid.e2e.soak;

import dev.braid.e2e.lab.Repository;
import java.nio.file.Path;

/**
 * Whether all of it is wanted, as {@code make soak} does, or the sample of it that there is time
 * for in {@code make test}; and what that sample is chosen by.
 */
public final class Soak {

  private static final long SEED = seedOfThisRun();

  private Soak() {}

  public static boolean all() {
    return "all".equals(System.getenv("BRAID_SOAK"));
  }

  /** One of the two, by whether this is a soak. */
  public static int times(int inTest, int inSoak) {
    return all() ? inSoak : inTest;
  }

  /** The same for all tests of a run; {@code BRAID_SEED} repeats it. */
  public static long seed() {
    return SEED;
  }

  /** Where a soak keeps what it has done, so that one that was stopped goes on: by commit. */
  public static Path folder() {
    String told = System.getenv("BRAID_SOAK_FOLDER");
    return told == null ? Repository.root().resolve("e2e/target/soak/by-hand") : Path.of(told);
  }

  private static long seedOfThisRun() {
    String told = System.getenv("BRAID_SEED");
    return told == null ? System.nanoTime() & 0xffffff : Long.parseLong(told);
  }
}
