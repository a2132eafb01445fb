package dev.braid.agent;

import static dev.braid.agent.World.INITIATOR1;
import static dev.braid.agent.World.INITIATOR2;
import static dev.braid.agent.World.NODE1;
import static dev.braid.agent.World.NODE2;
import static dev.braid.agent.World.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.agent.Killer.Killed;
import dev.braid.base.Serial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ends the agent before and after every step of every verb, starts it again, repeats the call, and
 * compares the head with one where nothing was disturbed.
 */
class KillPointsTest {

  @TempDir Path folder;
  private int worlds;

  @Test
  @DisplayName("F5, rule 15: CreateVolume killed at every step")
  void create() throws IOException {
    everyStep(world -> {}, world -> world.create("new"));
  }

  @Test
  @DisplayName("Rule 15: what CreateVolume had half made is gone after a restart alone")
  void createNotRepeated() throws IOException {
    String before = pictureAfter(world -> {});
    everyStep(
        world -> {},
        world -> world.create("new"),
        world -> {
          if (world.book().volumeNamed("new").isEmpty()) {
            assertThat(world.picture()).isEqualTo(before);
          }
        });
  }

  @Test
  @DisplayName("F5, rule 15: Publish killed at every step")
  void publish() throws IOException {
    everyStep(world -> world.create("new"), world -> world.publish(serial(world)));
  }

  @Test
  @DisplayName("F5, rule 15: Publish read only killed at every step")
  void publishReadOnly() throws IOException {
    everyStep(
        world -> world.create("new"),
        world -> world.agent().publish().publish(serial(world), NODE1, INITIATOR1, true, soon()));
  }

  @Test
  @DisplayName("F5, rule 15: Unpublish of an attested generation killed at every step")
  void unpublishAttested() throws IOException {
    everyStep(
        world -> {
          world.create("new");
          var published = world.publish(serial(world));
          world.login(INITIATOR1);
          world.agent().attest().attest(serial(world), NODE1, published.generation());
        },
        world -> world.unpublish(serial(world)));
  }

  @Test
  @DisplayName("F5, rules 7 and 15: a fencing Unpublish killed at every step")
  void unpublishFencing() throws IOException {
    everyStep(
        world -> {
          world.create("new");
          world.publish(serial(world));
          world.login(INITIATOR1);
        },
        world -> world.unpublish(serial(world)));
  }

  @Test
  @DisplayName("F5, rule 15: DeleteVolume killed at every step")
  void delete() throws IOException {
    everyStep(
        world -> world.create("new"),
        world -> world.book().volumeNamed("new").ifPresent(v -> world.delete(v.serial())));
  }

  @Test
  @DisplayName("F5, rules 14 and 15: the start after a reboot killed at every step")
  void restore() throws IOException {
    everyStep(
        world -> {
          world.create("new");
          world.publish(serial(world));
          world.stop();
          world.lio.reboot();
          world.loops.reboot();
        },
        World::restart);
  }

  private static Serial serial(World world) {
    return world.book().volumeNamed("new").orElseThrow().serial();
  }

  private void everyStep(Consumer<World> before, Consumer<World> call) throws IOException {
    everyStep(before, call, world -> {});
  }

  private void everyStep(Consumer<World> before, Consumer<World> call, Consumer<World> restarted)
      throws IOException {
    String wanted;
    int steps;
    try (var world = bystander()) {
      before.accept(world);
      world.killer.rest();
      call.accept(world);
      steps = world.killer.names().size();
      wanted = world.picture();
    }
    assertThat(steps).isPositive();
    for (int step = 1; step <= steps; step++) {
      for (boolean after : new boolean[] {false, true}) {
        try (var world = bystander()) {
          before.accept(world);
          world.killer.killAt(step, after);
          String where = killed(world, call);
          world.killer.rest();
          world.restart();
          restarted.accept(world);
          call.accept(world);
          assertThat(world.picture()).as("killed " + where).isEqualTo(wanted);
          world.killer.rest();
          call.accept(world);
          assertThat(world.killer.names()).as("F1: a second time changes nothing").isEmpty();
        }
      }
    }
    System.out.println("killed before and after each of " + steps + " steps");
  }

  private static String killed(World world, Consumer<World> call) {
    try {
      call.accept(world);
      throw new AssertionError("nobody was killed");
    } catch (Killed killed) {
      return String.valueOf(killed.getMessage());
    }
  }

  /** A head that also has a volume in use by another node, which nothing may disturb. */
  private World bystander() throws IOException {
    var world = World.started(Files.createDirectories(folder.resolve("world" + worlds++)));
    var other = world.create("other");
    world.agent().publish().publish(other.serial(), NODE2, INITIATOR2, false, soon());
    return world;
  }

  private String pictureAfter(Consumer<World> preparation) throws IOException {
    try (var world = bystander()) {
      preparation.accept(world);
      return world.picture();
    }
  }
}
