package dev.braid.base.chap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChapCredentialsTest {

  private static final String SECRET = "correct-horse-1";
  private static final String OTHER = "battery-staple-2";

  @Test
  @DisplayName("one way: a user and a password; what is for people is passed over")
  void oneWay() {
    var read = ChapCredentials.parse("# of node1\nuser = node1\n\npassword=" + SECRET + "\r\n");
    assertThat(read.initiator()).isEqualTo(new ChapCredentials.Login("node1", SECRET));
    assertThat(read.target()).isEmpty();
  }

  @Test
  @DisplayName("mutual: the target has a user and a password of its own; a password may hold =")
  void mutual() {
    var read =
        ChapCredentials.parse(
            "user=iqn.2026-01.dev.braid:node1\npassword="
                + SECRET
                + "\nmutual_user=san1\nmutual_password=a=b="
                + OTHER);
    assertThat(read.target()).contains(new ChapCredentials.Login("san1", "a=b=" + OTHER));
  }

  @Test
  @DisplayName("rule 20: credentials in a log or a message show no secret")
  void hidden() {
    var read =
        ChapCredentials.parse(
            "user=a\npassword=" + SECRET + "\nmutual_user=b\nmutual_password=" + OTHER);
    assertThat(read.toString()).contains("user=a").doesNotContain(SECRET).doesNotContain(OTHER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "user=node1",
        "password=correct-horse-1",
        "user=node1\npassword=short",
        "user=node1\npassword=NULLcorrect-horse",
        "user=node1\npassword=correct horse battery",
        "user=node1\npassword=corréct-horse-battery",
        "user=0x41414141\npassword=correct-horse-1",
        "user=NULL\npassword=correct-horse-1",
        "user=\npassword=correct-horse-1",
        "user=node1\npassword=correct-horse-1\npassword=battery-staple-2",
        "user=node1\npassword=correct-horse-1\nmutual_user=san1",
        "user=node1\npassword=correct-horse-1\nmutual_user=san1\nmutual_password=correct-horse-1",
        "user=node1\npassword=correct-horse-1\nsecret=battery-staple-2",
        "correct-horse-1"
      })
  @DisplayName("rule 20: what LIO or open-iscsi would not take is refused, and no secret is shown")
  void refused(String text) {
    assertThatThrownBy(() -> ChapCredentials.parse(text))
        .isInstanceOf(InvalidInput.class)
        .hasMessageNotContainingAny("horse", "staple", "short");
  }

  @Test
  @DisplayName("a password has 12 to 255 characters")
  void length() {
    String longest = "x".repeat(255);
    assertThat(ChapCredentials.parse("user=a\npassword=" + longest).initiator().password())
        .isEqualTo(longest);
    for (int length : new int[] {11, 256}) {
      assertThatThrownBy(() -> ChapCredentials.parse("user=a\npassword=" + "x".repeat(length)))
          .hasMessageContaining("12 to 255");
    }
  }
}
