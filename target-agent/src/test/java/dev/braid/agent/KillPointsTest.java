package dev.braid.agent;

import static dev.braid.agent.World.INITIATOR1;
import static dev.braid.agent.World.NODE1;
import static dev.braid.agent.World.soon;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import java.io.IOException;
import java.io.UncheckedIOException;
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
  void create() {
    everyStep(world -> {}, world -> world.create("new"));
  }

  @Test
  @DisplayName("Rule 15: what CreateVolume had half made is gone after a restart alone")
  void createNotRepeated() {
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
  void publish() {
    everyStep(world -> world.create("new"), world -> world.publish(serial(world)));
  }

  @Test
  @DisplayName("F5, rule 15: Publish read only killed at every step")
  void publishReadOnly() {
    everyStep(
        world -> world.create("new"),
        world -> world.agent().publish().publish(serial(world), NODE1, INITIATOR1, true, soon()));
  }

  @Test
  @DisplayName("F5, rule 15: Unpublish of an attested generation killed at every step")
  void unpublishAttested() {
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
  void unpublishFencing() {
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
  void delete() {
    everyStep(
        world -> world.create("new"),
        world -> world.book().volumeNamed("new").ifPresent(v -> world.delete(v.serial())));
  }

  @Test
  @DisplayName("F5, rules 14 and 15: the start after a reboot killed at every step")
  void restore() {
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

  private void everyStep(Consumer<World> before, Consumer<World> call) {
    everyStep(before, call, world -> {});
  }

  private void everyStep(Consumer<World> before, Consumer<World> call, Consumer<World> restarted) {
    int steps = new KillPoints(this::bystander, World::picture).everyStep(before, call, restarted);
    System.out.println("killed before and after each of " + steps + " steps");
  }

  /** A head that also has a volume in use by another node, which nothing may disturb. */
  private World bystander() {
    try {
      return KillPoints.withBystander(
          World.started(Files.createDirectories(folder.resolve("world" + worlds++))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String pictureAfter(Consumer<World> preparation) {
    try (var world = bystander()) {
      preparation.accept(world);
      return world.picture();
    }
  }
}
