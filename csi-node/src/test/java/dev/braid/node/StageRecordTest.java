package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Generation;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StageRecordTest {

  private static final StageRecord RECORD =
      StageRecord.staged(FakeHost.VOLUME, new Generation(3), FakeHost.BOOT, "ext4");

  @Test
  void roundTrip() {
    assertThat(StageRecord.parse(RECORD.text())).contains(RECORD);
    assertThat(StageRecord.parse(RECORD.gone().text())).contains(RECORD.gone());
    assertThat(RECORD.gone().isStaged()).isFalse();
  }

  @Test
  @DisplayName("rule 4: a record of the first form, which an upgrade finds, is of a staged volume")
  void firstForm() {
    String body =
        """
        braid stage record 1
        volume lab/0123456789abcdef012345678
        generation 3
        boot 00000000-0000-4000-8000-000000000001
        use ext4
        """;
    var crc = new java.util.zip.CRC32C();
    crc.update(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    String check = "check " + java.util.HexFormat.of().toHexDigits((int) crc.getValue()) + "\n";
    assertThat(StageRecord.parse(body + check)).contains(RECORD);
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
