package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.initiator.LunHealth;
import dev.braid.initiator.LunHealth.Path;
import dev.braid.initiator.LunHealth.State;
import dev.braid.node.VolumeWatch.Severity;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VolumeWatchTest {

  private static final Path WORKS = new Path("10.77.1.11:3260,1", State.WORKING, "");
  private static final Path LOST = new Path("10.77.2.11:3260,2", State.LOST, "a cable is out");
  private static final Path MISSING = new Path("10.77.3.11:3260,3", State.MISSING, "port closed");

  @Test
  @DisplayName("a volume whose paths all work has no problem")
  void healthy() {
    assertThat(VolumeWatch.problem(health(WORKS, WORKS))).isEmpty();
  }

  @Test
  @DisplayName("each path that does not work is named, with its reason")
  void degraded() {
    var problem = VolumeWatch.problem(health(WORKS, LOST, MISSING)).orElseThrow();
    assertThat(problem.severity()).isEqualTo(Severity.DEGRADED);
    assertThat(problem.message())
        .contains("1 of 3 paths work", "10.77.2.11:3260,2 is lost: a cable is out")
        .contains("10.77.3.11:3260,3 is missing: port closed");
  }

  @Test
  @DisplayName("with no path that works it cannot be used")
  void inaccessible() {
    var problem = VolumeWatch.problem(health(LOST, MISSING)).orElseThrow();
    assertThat(problem.severity()).isEqualTo(Severity.INACCESSIBLE);
  }

  private static LunHealth health(Path... paths) {
    return new LunHealth(FakeHost.VOLUME.wwid(), List.of(paths));
  }
}
