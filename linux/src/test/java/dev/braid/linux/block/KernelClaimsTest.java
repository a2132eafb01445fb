package dev.braid.linux.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Only looks at this machine's devices. Mounts, swaps and maps are the lab's. */
class KernelClaimsTest {

  private final Claims claims = Claims.ofKernel();

  @Test
  @DisplayName(
      "rule 9: a device that somebody has for himself is claimed, and free when he lets go")
  void claimed() {
    Optional<Path> device =
        IntStream.range(0, 64)
            .mapToObj(i -> Path.of("/dev/loop" + i))
            .filter(KernelClaimsTest::canBeHad)
            .findFirst();
    assumeTrue(device.isPresent(), "no loop device that is free, or no right to open it");
    try (Fd held = Posix.open(device.get(), Posix.O_RDONLY | Posix.O_EXCL)) {
      assertThat(claims.claimed(device.get())).as("while %s is held", held).isTrue();
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
    assertThat(claims.claimed(device.get())).isFalse();
  }

  @Test
  @DisplayName("rule 9: a device that cannot be asked is not called free")
  void unknown() {
    assertThatThrownBy(() -> claims.claimed(Path.of("/dev/no-such-device")))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("/dev/no-such-device");
  }

  private static boolean canBeHad(Path device) {
    try (Fd fd = Posix.open(device, Posix.O_RDONLY | Posix.O_EXCL)) {
      return Nodes.block(device).isPresent();
    } catch (ErrnoException e) {
      return false;
    }
  }
}
