package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPortalsTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal A = new Portal("10.1.0.1", 3260, 1);
  private static final Portal B = new Portal("fd00::1", 3260, 2);

  @TempDir Path folder;
  private final Steps steps = Steps.unobserved();

  @Test
  @DisplayName(
      "what was noted is known to the next process, and leaves nothing when it is forgotten")
  void noted() throws IOException {
    var own = new OwnPortals(folder);
    steps.run("note", s -> own.add(s, TARGET, A));
    steps.run("note", s -> own.add(s, TARGET, A));
    steps.run("note", s -> own.add(s, TARGET, B));

    assertThat(new OwnPortals(folder).targets()).containsExactly(TARGET);
    assertThat(new OwnPortals(folder).of(TARGET)).containsExactlyInAnyOrder(A, B);
    assertThat(own.has(TARGET, B)).isTrue();

    steps.run("forget", s -> own.remove(s, TARGET, A));
    assertThat(own.of(TARGET)).containsExactly(B);
    steps.run("forget", s -> own.remove(s, TARGET, B));
    steps.run("forget", s -> own.remove(s, TARGET, B));
    try (var left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
