package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.multipath.MultipathSettings;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MultipathConfigTest {

  /** What multipathd tells where Braid's file is in force. */
  static String inForce(int polling) {
    String ours = MultipathConfig.content(Optional.of(defaults(polling)));
    return "defaults {\n polling_interval "
        + polling
        + "\n path_checker \"tur\"\n}\n"
        + ours.substring(ours.indexOf("devices"));
  }

  private static MultipathSettings defaults(int polling) {
    return MultipathSettings.parse("defaults {\n polling_interval " + polling + "\n}\n");
  }

  @Test
  @DisplayName("what Braid writes is safe, whatever the polling interval: I/O waits two minutes")
  void ours() {
    for (int polling : new int[] {1, 5, 7, 20, 60}) {
      var settings = MultipathSettings.parse(inForce(polling));
      assertThat(MultipathConfig.unsafe(settings)).as("polling every %d s", polling).isEmpty();
    }
    assertThat(MultipathConfig.content(Optional.empty())).contains("no_path_retry 24");
  }

  @Test
  @DisplayName("what a site sets above it is seen, named, and said where")
  void overridden() {
    var settings =
        MultipathSettings.parse(
            inForce(5)
                + "overrides {\n no_path_retry \"queue\"\n path_checker \"tur\"\n"
                + " fast_io_fail_tmo \"off\"\n}\n");
    assertThat(MultipathConfig.unsafe(settings))
        .hasSize(3)
        .anySatisfy(why -> assertThat(why).contains("fast_io_fail_tmo 'off'", "want 5"))
        .allSatisfy(why -> assertThat(why).contains("overrides"))
        .anySatisfy(why -> assertThat(why).contains("no_path_retry 'queue'"))
        .anySatisfy(why -> assertThat(why).contains("path_checker 'tur'"));
  }

  @Test
  @DisplayName(
      "rule 5: a file of an earlier version, without the list of what is passed over, is seen")
  void notPassedOver() {
    String all = inForce(5);
    var settings = MultipathSettings.parse(all.substring(0, all.indexOf("blacklist")));
    assertThat(MultipathConfig.unsafe(settings))
        .singleElement()
        .asString()
        .contains("BRAID_WRITE_PROTECTED", "blacklist");
  }

  @Test
  @DisplayName("a file that is not read is seen too")
  void notRead() {
    assertThat(MultipathConfig.unsafe(defaults(5))).hasSize(6);
  }
}
