package dev.braid.base.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static final Setting<Integer> PORT =
      Setting.optional("BRAID_PORT", "9650", "port", "where to listen", Integer::parseInt);
  private static final Setting<String> POOL =
      Setting.required("BRAID_POOL", "name", "the pool served here", text -> text);
  private static final Setting<String> KEY =
      new Setting<>("BRAID_KEY", "none", "text", "a secret", true, text -> text);

  @Test
  @DisplayName("Settings: what is given is used, what is not has its default, and all are printed")
  void read() {
    var settings = Settings.read(Map.of("BRAID_POOL", "fast"), List.of(PORT, POOL));
    assertThat(settings.get(PORT)).isEqualTo(9650);
    assertThat(settings.get(POOL)).isEqualTo("fast");
    assertThat(settings.lines())
        .containsExactly("BRAID_PORT=9650  # port, default", "BRAID_POOL=fast  # name");
  }

  @Test
  @DisplayName("Settings: missing, wrong and misspelt ones are all named at once")
  void mistakes() {
    assertThatThrownBy(
            () ->
                Settings.read(
                    Map.of("BRAID_PORT", "http", "BRAID_POOLL", "x"), List.of(PORT, POOL)))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("BRAID_PORT")
        .hasMessageContaining("BRAID_POOL is not set")
        .hasMessageContaining("BRAID_POOLL is not a setting");
  }

  @Test
  @DisplayName("Rule 20: a secret is never printed")
  void secret() {
    var settings = Settings.read(Map.of("BRAID_KEY", "hunter2"), List.of(KEY));
    assertThat(settings.get(KEY)).isEqualTo("hunter2");
    assertThat(String.join("\n", settings.lines())).doesNotContain("hunter2");
  }
}
