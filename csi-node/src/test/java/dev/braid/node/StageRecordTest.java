package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Generation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StageRecordTest {

  private static final StageRecord RECORD =
      new StageRecord(FakeHost.VOLUME, new Generation(3), FakeHost.BOOT, "ext4");

  @Test
  void roundTrip() {
    assertThat(StageRecord.parse(RECORD.text())).contains(RECORD);
  }

  @Test
  @DisplayName("rule 4: a record with any byte lost or changed is none")
  void damaged() {
    String text = RECORD.text();
    for (int i = 0; i < text.length(); i++) {
      assertThat(StageRecord.parse(text.substring(0, i))).as("cut at %d", i).isEmpty();
      char other = text.charAt(i) == '7' ? '8' : '7';
      String changed = text.substring(0, i) + other + text.substring(i + 1);
      assertThat(StageRecord.parse(changed)).as("changed at %d", i).isEmpty();
    }
  }
}
