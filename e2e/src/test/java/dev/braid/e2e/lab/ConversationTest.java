package dev.braid.e2e.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConversationTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  @DisplayName("each line is answered, as long as the program is spoken with")
  void answers() {
    try (var echo = start("while read -r line; do echo \"heard $line\"; done")) {
      echo.say("one");
      assertThat(echo.hear(SOON)).isEqualTo("heard one");
      echo.say("two");
      assertThat(echo.hear(SOON)).isEqualTo("heard two");
    }
  }

  @Test
  @DisplayName("of a program that ends, its last answer is heard, then why it ended")
  void ends() {
    try (var program = start("echo last; echo 'no module named that' >&2; exit 3")) {
      assertThat(program.hear(SOON)).isEqualTo("last");
      assertThatThrownBy(() -> program.hear(SOON))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("has ended with 3")
          .hasMessageContaining("no module named that");
    }
  }

  @Test
  @DisplayName("one that says nothing is not waited for longer than was said")
  void silent() {
    try (var program = start("read -r line")) {
      assertThatThrownBy(() -> program.hear(Duration.ofMillis(10)))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("has said nothing for");
    }
  }

  private static Conversation start(String script) {
    return Conversation.start("a program", List.of("bash", "-c", script));
  }
}
