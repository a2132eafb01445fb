package dev.braid.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PublishContextTest {

  private static final PublishContext CONTEXT =
      new PublishContext(
          new Iqn("iqn.2024-01.dev.braid:fast"),
          List.of(new Portal("10.1.0.1", 3260, 1), new Portal("fd00::1", 3260, 2)),
          new LunNumber(300),
          new Wwid("360014050123456789abcdef012345678"),
          new Generation(4));

  @Test
  @DisplayName("a publish context is read back as written, whatever else stands beside it")
  void readBack() {
    var map = new HashMap<>(CONTEXT.toMap());
    map.put("csi.storage.k8s.io/other", "x");
    assertThat(PublishContext.parse(map)).isEqualTo(CONTEXT);
  }

  @Test
  @DisplayName("the keys are those that earlier versions wrote into VolumeAttachments")
  void keys() {
    assertThat(CONTEXT.toMap())
        .isEqualTo(
            Map.of(
                "targetIqn", "iqn.2024-01.dev.braid:fast",
                "portals", "10.1.0.1:3260,1 [fd00::1]:3260,2",
                "lun", "300",
                "wwid", "360014050123456789abcdef012345678",
                "generation", "4"));
  }

  @Test
  @DisplayName("F2: a key that is missing or wrong is named")
  void wrong() {
    for (String key : CONTEXT.toMap().keySet()) {
      var without = new HashMap<>(CONTEXT.toMap());
      without.remove(key);
      assertThatThrownBy(() -> PublishContext.parse(without))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining(key);
      var wrong = new HashMap<>(CONTEXT.toMap());
      wrong.put(key, "../etc");
      assertThatThrownBy(() -> PublishContext.parse(wrong))
          .isInstanceOf(InvalidInput.class)
          .hasMessageContaining("../etc");
    }
  }
}
