package dev.braid.linux.block;

import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;

/**
 * By an open for oneself alone, which the kernel grants to one at a time. It looks at claims before
 * it turns to the device, so that one that is dead tells as well: its open fails with another error
 * then. It is for reading, so that udev is not told of a change when it is closed. Stateless.
 */
final class KernelClaims implements Claims {

  @Override
  public boolean claimed(Path node) {
    try (Fd fd = Posix.open(node, Posix.O_RDONLY | Posix.O_EXCL | Posix.O_NONBLOCK)) {
      return false;
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EBUSY -> true;
        case Errno.ENXIO, Errno.ENODEV, Errno.EIO, Errno.ENOMEDIUM -> false;
        default -> throw new KernelRefused("cannot tell whether " + node + " is in use", e);
      };
    }
  }
}
