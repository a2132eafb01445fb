package dev.braid.base.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Errors say why: who reads the log of a program that does not start learns the cause. */
class BraidExceptionTest {

  @Test
  void whatBroughtItAboutIsInTheLine() {
    var failure = new KernelRefused("cannot open /etc/braid", new IOException("too many links"));

    assertThat(failure.messageAndCause())
        .isEqualTo("cannot open /etc/braid: java.io.IOException: too many links");
  }

  @Test
  void aFailureThatBeganHereIsItsMessage() {
    assertThat(new NotFound("no volume v1").messageAndCause()).isEqualTo("no volume v1");
  }
}
