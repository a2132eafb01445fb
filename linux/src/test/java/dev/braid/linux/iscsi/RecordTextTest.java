package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import dev.braid.linux.iscsi.RecordText.Reading;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordTextTest {

  private static final String SECRET = "hunter2hunter2";

  @Test
  @DisplayName("a record is read as it was written, with settings that nobody here knows")
  void both() {
    var record =
        RecordText.of(Map.of("node.name", "iqn.2026-01.dev.braid:lab"))
            .with(Map.of("node.session.future[1]", "a = b"));

    assertThat(RecordText.read(record.render())).isEqualTo(new Reading.Whole(record));
    assertThat(record.render()).startsWith("# BEGIN RECORD 2.").endsWith("\n# END RECORD\n");
  }

  @Test
  @DisplayName("one of another version, or written by hand, is whole where it can be read")
  void otherVersion() {
    var reading =
        RecordText.read(
            "# BEGIN RECORD 2.0-873\nnode.startup = automatic\niface.hwaddress = \n"
                + "# END RECORD\n");

    assertThat(reading)
        .isEqualTo(new Reading.Whole(RecordText.of(Map.of("node.startup", "automatic"))));
    assertThat(RecordText.read("node.startup=automatic\n")).isEqualTo(reading);
  }

  @ParameterizedTest
  @DisplayName("one that is empty, cut off, or of a version to come is damaged, and why is said")
  @CsvSource(
      delimiter = '|',
      value = {
        "''|empty",
        "'# BEGIN RECORD 2.1.8\n# END RECORD\n'|empty",
        "'# BEGIN RECORD 2.1.8\nnode.name = a\nnode.st'|no setting",
        "'# BEGIN RECORD 2.1.8\nnode.name = a\n'|cut off",
        "'node.name = a\n# END RECORD\n'|cut off",
        "'# BEGIN RECORD 3.0\nnode.name = a\n# END RECORD\n'|version 3.0",
        "'# BEGIN RECORD\nnode.name = a\n# END RECORD\n'|version unknown",
        "'\u0000\u0000\u0000\u0000'|no setting",
      })
  void damaged(String text, String why) {
    assertThat(RecordText.read(text))
        .isInstanceOfSatisfying(
            Reading.Damaged.class, damaged -> assertThat(damaged.why()).contains(why));
  }

  @Test
  @DisplayName("rule 20: a secret is in the file's text, and in no other")
  void secret() {
    var record = RecordText.of(Map.of("node.session.auth.password", SECRET));

    assertThat(record.render()).contains(SECRET);
    assertThat(record.toString() + RecordText.read(record.render())).doesNotContain(SECRET);
    assertThat(RecordText.read("# BEGIN RECORD 2.1\n" + SECRET + "\n").toString())
        .doesNotContain(SECRET);
    assertThatThrownBy(() -> record.with(Map.of("node.session.auth.username", SECRET + "\nx = y")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("node.session.auth.username")
        .hasMessageNotContaining(SECRET);
  }

  @ParameterizedTest
  @DisplayName("what would be read as something else is not written")
  @CsvSource({"'node name',a", "'a=b',c", "'# a',b", "a,''", "a,' b'", "a,'b\nc = d'"})
  void refused(String name, String value) {
    assertThatThrownBy(() -> RecordText.of(Map.of(name, value))).isInstanceOf(InvalidInput.class);
  }
}
