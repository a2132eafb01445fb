package dev.braid.linux.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipathdBacklogTest {

  @Test
  @DisplayName("F37: multipathd says that it has events before it")
  void busy() {
    assertThat(
            MultipathdBacklog.any(
                "path checker states:\nup                  2\n\npaths: 2\nbusy: True\n"))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"paths: 0\nbusy: False", "", "paths: 1"})
  @DisplayName("F37: anything else is no backlog")
  void atRest(String status) {
    assertThat(MultipathdBacklog.any(status)).isFalse();
  }
}
