package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.initiator.TargetHealth;
import dev.braid.initiator.TargetHealth.Way;
import dev.braid.node.StorageWatch.Severity;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StorageWatchTest {

  private static final Way WORKS = new Way("10.77.1.11:3260,1", true, "");
  private static final Way LOST = new Way("10.77.2.11:3260,2", false, "a cable is out");

  @Test
  @DisplayName("targets whose portals all work, and a node without volumes, have no problem")
  void healthy() {
    assertThat(problems()).isEmpty();
    assertThat(problems(target("a", WORKS, WORKS))).isEmpty();
  }

  @Test
  @DisplayName(
      "a target that is reached by fewer portals is degraded; the portal is named, and why")
  void degraded() {
    assertThat(problems(target("a", WORKS, LOST), target("b", WORKS)))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(Severity.DEGRADED);
              assertThat(problem.message())
                  .contains("iqn.2026-01.dev.braid:a: 1 of 2 portals work")
                  .contains("10.77.2.11:3260,2 does not work: a cable is out")
                  .doesNotContain("dev.braid:b");
            });
  }

  @Test
  @DisplayName(
      "one that is not reached is unreachable; each reason comes once, for all its targets")
  void unreachable() {
    var problems = problems(target("a", LOST, LOST), target("b", LOST), target("c", WORKS, LOST));
    assertThat(problems)
        .extracting(StorageWatch.Problem::severity)
        .containsExactly(Severity.UNREACHABLE, Severity.DEGRADED);
    assertThat(problems.get(0).message()).contains("dev.braid:a", "dev.braid:b");
    assertThat(problems).extracting(StorageWatch.Problem::reason).doesNotHaveDuplicates();
  }

  private static List<StorageWatch.Problem> problems(TargetHealth... targets) {
    return new StorageWatch(() -> List.of(targets)).problems();
  }

  private static TargetHealth target(String name, Way... ways) {
    return new TargetHealth(new Iqn("iqn.2026-01.dev.braid:" + name), List.of(ways));
  }
}
