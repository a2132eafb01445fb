package dev.braid.linux.block;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.libc.Abi.Block;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;
import java.util.Optional;

/** The running kernel's. Stateless; safe for many threads. */
final class KernelBlockDevices implements BlockDevices {

  /** What a direct transfer's memory must be aligned to; no disk has larger logical blocks. */
  private static final int ALIGNMENT = 4096;

  @Override
  public long bytes(Path node) {
    return ask(node, "BLKGETSIZE64", Block.BLKGETSIZE64, Long.BYTES).getLong(0);
  }

  @Override
  public boolean readOnly(Path node) {
    return ask(node, "BLKROGET", Block.BLKROGET, Integer.BYTES).getInt(0) != 0;
  }

  @Override
  public int logicalBlock(Path node) {
    return ask(node, "BLKSSZGET", Block.BLKSSZGET, Integer.BYTES).getInt(0);
  }

  @Override
  public byte[] read(Path node, long offset, int length) {
    try (Fd fd = Posix.open(node, Posix.O_RDONLY | Posix.O_DIRECT);
        var raw = new Memory(length + ALIGNMENT)) {
      Memory buffer = (Memory) raw.align(ALIGNMENT).share(0, length);
      byte[] bytes = new byte[length];
      int done = 0;
      while (done < length) {
        int n = Posix.pread(fd, (Memory) buffer.share(0, length - done), offset + done);
        if (n <= 0) {
          throw new KernelRefused(node + " ends at " + (offset + done) + ", before it should");
        }
        buffer.read(0, bytes, done, n);
        done += n;
      }
      return bytes;
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot read " + length + " bytes at " + offset + " of " + node, e);
    }
  }

  @Override
  public Optional<DeviceNumber> number(Path node) {
    return Nodes.block(node);
  }

  private static Memory ask(Path node, String name, long request, int size) {
    try (Fd fd = Posix.open(node, Posix.O_RDONLY | Posix.O_NONBLOCK)) {
      var answer = new Memory(size);
      answer.clear();
      Posix.ioctl(fd, name, request, answer);
      return answer;
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot ask block device " + node, e);
    }
  }
}
