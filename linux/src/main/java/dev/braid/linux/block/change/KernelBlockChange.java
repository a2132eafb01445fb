package dev.braid.linux.block.change;

import com.sun.jna.Memory;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.libc.Abi.Block;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;

/** The running kernel's. Stateless; safe for many threads. */
public final class KernelBlockChange implements BlockChange {

  @Override
  public void flush(Step step, Path node) {
    try (Fd fd = Posix.open(node, Posix.O_RDONLY)) {
      Posix.fsync(fd);
      Posix.ioctl(fd, "BLKFLSBUF", Block.BLKFLSBUF, 0);
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot flush " + node, e);
    }
  }

  @Override
  public void write(Step step, Path node, long offset, byte[] bytes) {
    // O_EXCL on a block device means: nobody has it mounted or claimed.
    try (Fd fd = Posix.open(node, Posix.O_WRONLY | Posix.O_EXCL);
        var buffer = new Memory(bytes.length)) {
      buffer.write(0, bytes, 0, bytes.length);
      int written = Posix.pwrite(fd, buffer, offset);
      if (written != bytes.length) {
        throw new KernelRefused("wrote " + written + " of " + bytes.length + " bytes to " + node);
      }
      Posix.fsync(fd);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY) {
        throw new DeviceInUse(node + " is mounted or claimed by somebody", e);
      }
      throw new KernelRefused(
          "cannot write " + bytes.length + " bytes at " + offset + " of " + node, e);
    }
  }
}
