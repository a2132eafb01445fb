package dev.braid.agent;

import static dev.braid.agent.World.INITIATOR2;
import static dev.braid.agent.World.NODE2;
import static dev.braid.agent.World.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.agent.Killer.Killed;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Kills a call before and after each of its steps, each time in a new world, and compares. */
final class KillPoints {

  private final Supplier<World> worlds;
  private final Function<World, String> picture;

  KillPoints(Supplier<World> worlds, Function<World, String> picture) {
    this.worlds = worlds;
    this.picture = picture;
  }

  /** Adds a volume in use by another node, which nothing may disturb. */
  static World withBystander(World world) {
    var other = world.create("other");
    world.agent().publish().publish(other.serial(), NODE2, INITIATOR2, false, soon());
    return world;
  }

  /**
   * @param before what comes before the call
   * @param call is killed, repeated after a restart, and once more, which must change nothing
   * @param restarted looks at the world between restart and repetition
   * @return how many steps the call has
   */
  int everyStep(Consumer<World> before, Consumer<World> call, Consumer<World> restarted) {
    String wanted;
    int steps;
    try (var world = worlds.get()) {
      before.accept(world);
      world.killer.rest();
      call.accept(world);
      steps = world.killer.names().size();
      wanted = picture.apply(world);
    }
    assertThat(steps).isPositive();
    for (int step = 1; step <= steps; step++) {
      for (boolean after : new boolean[] {false, true}) {
        try (var world = worlds.get()) {
          before.accept(world);
          world.killer.killAt(step, after);
          String where = killed(world, call);
          world.killer.rest();
          world.restart();
          restarted.accept(world);
          call.accept(world);
          assertThat(picture.apply(world)).as("killed " + where).isEqualTo(wanted);
          world.killer.rest();
          call.accept(world);
          assertThat(world.killer.names()).as("F1: a second time changes nothing").isEmpty();
        }
      }
    }
    return steps;
  }

  private static String killed(World world, Consumer<World> call) {
    try {
      call.accept(world);
      throw new AssertionError("nobody was killed");
    } catch (Killed killed) {
      return String.valueOf(killed.getMessage());
    }
  }
}
