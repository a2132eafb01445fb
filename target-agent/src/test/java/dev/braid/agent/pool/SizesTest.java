package dev.braid.agent.pool;

import static dev.braid.agent.pool.Sizes.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.OutOfRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SizesTest {

  @Test
  @DisplayName("A size is rounded up to whole mebibytes; without a wish there is a default")
  void chosen() {
    assertThat(Sizes.choose(1, 0)).isEqualTo(MIB);
    assertThat(Sizes.choose(MIB, 0)).isEqualTo(MIB);
    assertThat(Sizes.choose(MIB + 1, 0)).isEqualTo(2 * MIB);
    assertThat(Sizes.choose(0, 0)).isEqualTo(Sizes.DEFAULT);
    assertThat(Sizes.choose(0, 10 * MIB + 5)).isEqualTo(10 * MIB);
    assertThat(Sizes.choose(0, 2 * Sizes.DEFAULT)).isEqualTo(Sizes.DEFAULT);
    assertThat(Sizes.choose(MIB + 1, 2 * MIB)).isEqualTo(2 * MIB);
  }

  @Test
  @DisplayName("F2: a limit that rounding would break, or that leaves nothing, is out of range")
  void outOfRange() {
    assertThatThrownBy(() -> Sizes.choose(MIB + 1, 2 * MIB - 1)).isInstanceOf(OutOfRange.class);
    assertThatThrownBy(() -> Sizes.choose(0, 5)).isInstanceOf(OutOfRange.class);
    assertThatThrownBy(() -> Sizes.choose(Long.MAX_VALUE, 0)).isInstanceOf(OutOfRange.class);
  }

  @Test
  @DisplayName("F2: negative sizes, and a limit below the wish, make no sense")
  void invalid() {
    assertThatThrownBy(() -> Sizes.choose(-1, 0)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> Sizes.choose(0, -1)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> Sizes.choose(2 * MIB, MIB)).isInstanceOf(InvalidInput.class);
  }

  @Test
  @DisplayName("F1: a volume that is there fits, if it is large enough and within the limit")
  void fits() {
    assertThat(Sizes.fits(2 * MIB, MIB, 0)).isTrue();
    assertThat(Sizes.fits(2 * MIB, 2 * MIB, 2 * MIB)).isTrue();
    assertThat(Sizes.fits(2 * MIB, 0, MIB)).isFalse();
    assertThat(Sizes.fits(2 * MIB, 3 * MIB, 0)).isFalse();
  }
}
