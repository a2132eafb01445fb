package dev.braid.linux.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MultipathSettingsTest {

  private static final String SAID =
      """
      defaults {
      \tverbosity 2
      \tpolling_interval 5
      \tpath_checker "tur"
      }
      blacklist {
      \tdevnode "!^(sd[a-z]|dasd[a-z]|nvme[0-9])"
      \tdevice {
      \t\tvendor "SGI"
      \t\tproduct "Universal Xport"
      \t}
      }
      devices {
      \tdevice {
      \t\tvendor "LIO-ORG"
      \t\tproduct "Braid"
      \t\tpath_checker "directio"
      \t\tno_path_retry 24
      \t}
      \tdevice {
      \t\tvendor "NETAPP"
      \t\tproduct "LUN"
      \t\tno_path_retry "queue"
      \t}
      }
      """;

  @Test
  @DisplayName("rule 5: a setting is the device's own, else the default; others' are not ours")
  void ofDevice() {
    var settings = MultipathSettings.parse(SAID);
    assertThat(value(settings, "path_checker")).isEqualTo("directio");
    assertThat(value(settings, "no_path_retry")).isEqualTo("24");
    assertThat(value(settings, "polling_interval")).isEqualTo("5");
    assertThat(settings.inForce("LIO-ORG", "Braid", "prio")).isEmpty();
  }

  @Test
  @DisplayName("what a site overrides is in force, and it is said where")
  void overridden() {
    var settings = MultipathSettings.parse(SAID + "overrides {\n\tno_path_retry \"fail\"\n}\n");
    assertThat(settings.inForce("LIO-ORG", "Braid", "no_path_retry"))
        .contains(new MultipathSettings.Setting("fail", "overrides"));
  }

  @Test
  @DisplayName("of two sections that name a device the later holds")
  void later() {
    String more =
        "device {\n vendor \"LIO-.*\"\n product \".*\"\n path_checker \"tur\"\n}\n}\noverrides {\n}\n";
    var settings = MultipathSettings.parse(SAID.substring(0, SAID.lastIndexOf('}')) + more);
    assertThat(value(settings, "path_checker")).isEqualTo("tur");
    assertThat(value(settings, "no_path_retry")).isEqualTo("24");
  }

  @Test
  void anotherForm() {
    assertThatThrownBy(() -> MultipathSettings.parse("timeout")).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> MultipathSettings.parse(SAID.substring(0, 40)))
        .isInstanceOf(InvalidInput.class);
  }

  private static String value(MultipathSettings settings, String key) {
    return settings.inForce("LIO-ORG", "Braid", key).orElseThrow().value();
  }
}
