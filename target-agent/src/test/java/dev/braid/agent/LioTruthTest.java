package dev.braid.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LioTruthTest {

  @Test
  @DisplayName("The fake LIO answers every question as the real one of Linux 6.1 did")
  void fakeTellsTheTruth() throws Exception {
    List<String> real;
    try (var answers =
        Objects.requireNonNull(LioTruthTest.class.getResourceAsStream("/lio-6.1.txt"))) {
      real = new String(answers.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    var lio = new FakeLio();
    assertThat(new LioQuestions(lio, lio, "/dev/loop9").ask()).isEqualTo(real);
  }
}
