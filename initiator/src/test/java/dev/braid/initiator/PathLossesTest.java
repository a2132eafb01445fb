package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.metric.Metrics;
import dev.braid.linux.uevent.Uevent;
import dev.braid.linux.uevent.Uevent.Source;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PathLossesTest {

  private static final Wwid OURS = new Serial("0123456789abcdef012345678").wwid();
  private static final String FOREIGN = "36001405fedcba9876543210fedcba98";

  private final Metrics metrics = new Metrics();
  private final PathLosses losses = new PathLosses(OURS::equals, metrics);

  @Test
  @DisplayName("each path that the kernel fails is counted, and the last one of a volume besides")
  void counted() {
    losses.count(event(Source.KERNEL, "PATH_FAILED", "mpath-" + OURS, "1"));
    losses.count(event(Source.KERNEL, "PATH_FAILED", "mpath-" + OURS, "0"));
    assertThat(metrics.text())
        .contains("braid_path_losses_total{lost=\"path\"} 2.0")
        .contains("braid_path_losses_total{lost=\"all\"} 1.0");
  }

  @Test
  @DisplayName("rule 16: others' maps are not counted; nor is a path's return, or an event twice")
  void others() {
    losses.count(event(Source.KERNEL, "PATH_FAILED", "mpath-" + FOREIGN, "1"));
    losses.count(event(Source.KERNEL, "PATH_FAILED", "LVM-" + OURS, "1"));
    losses.count(event(Source.KERNEL, "PATH_REINSTATED", "mpath-" + OURS, "2"));
    losses.count(event(Source.UDEV, "PATH_FAILED", "mpath-" + OURS, "1"));
    assertThat(metrics.text()).doesNotContain("braid_path_losses_total{");
  }

  private static Uevent event(Source source, String action, String uuid, String left) {
    return new Uevent(
        source,
        "change",
        "/devices/virtual/block/dm-7",
        "block",
        Map.of(
            "DM_ACTION", action,
            "DM_UUID", uuid,
            "DM_PATH", "8:16",
            "DM_NR_VALID_PATHS", left));
  }
}
