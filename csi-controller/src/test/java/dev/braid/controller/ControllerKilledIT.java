package dev.braid.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.proto.csi.v1.ControllerPublishVolumeResponse;
import dev.braid.rpc.TlsFiles;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller as a process, killed before and after each of its calls to a head. */
class ControllerKilledIT {

  /** One call of a volume's life; it finds the volume by itself, as a caller that kept nothing. */
  private interface Call {
    void make(ControllerProcess controller);
  }

  @TempDir Path folder;
  private World world;
  private TlsFiles tls;
  private Path killPoints;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
    tls = world.ca.client("controller");
    killPoints = Files.createDirectory(folder.resolve("kill-points"));
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private ControllerProcess controller() throws Exception {
    return new ControllerProcess(world, tls, killPoints);
  }

  private String volumeId() {
    return world.head.volumes().get(0).getVolumeId();
  }

  private final List<Call> life =
      List.of(
          c -> assertThat(c.csi().createVolume(Requested.create("one").build())).isNotNull(),
          c -> publish(c),
          c ->
              assertThat(
                      c.csi()
                          .controllerUnpublishVolume(
                              Requested.unpublish(volumeId(), "node1").build()))
                  .isNotNull(),
          c -> {
            if (!world.head.volumes().isEmpty()) {
              assertThat(c.csi().deleteVolume(Requested.delete(volumeId()))).isNotNull();
            }
          });

  private ControllerPublishVolumeResponse publish(ControllerProcess controller) {
    return controller.csi().controllerPublishVolume(Requested.publish(volumeId(), "node1").build());
  }

  @Test
  @DisplayName("F5: killed around each call to a head, the same call again converges; nothing left")
  void killedAroundEachCall() throws Exception {
    int killed = 0;
    for (String when : List.of("before", "after")) {
      for (Call call : life) {
        // Every process makes one call, which is its first step.
        Files.writeString(killPoints.resolve("kill"), when + " 1\n");
        try (var controller = controller()) {
          assertThatThrownBy(() -> call.make(controller))
              .isInstanceOf(StatusRuntimeException.class);
          assertThat(controller.ended()).isEqualTo(137);
          killed++;
        }
        assertThat(world.head.volumes()).hasSizeLessThan(2);
        try (var controller = controller()) {
          call.make(controller);
        }
      }
      assertThat(world.head.volumes()).isEmpty();
    }
    assertThat(killed).isEqualTo(2 * life.size());
    assertThat(stepsSeen())
        .containsExactlyInAnyOrder(
            "head: create volume", "head: publish", "head: unpublish", "head: delete volume");
  }

  private List<String> stepsSeen() throws Exception {
    var steps = new ArrayList<String>();
    for (String line : Files.readAllLines(killPoints.resolve("recorded"))) {
      steps.add(line.split(" ", 3)[2]);
    }
    return steps.stream().distinct().toList();
  }

  @Test
  @DisplayName("SIGTERM ends it with its socket gone; a wrong setting, before it begins")
  void ends() throws Exception {
    try (var controller = controller()) {
      controller.terminate();
      assertThat(controller.ended()).isEqualTo(143);
      assertThat(world.socket().path()).doesNotExist();
    }
    Files.writeString(world.topology, "haeds: []");
    assertThatThrownBy(this::controller).hasMessageContaining("haeds");
  }
}
