package dev.braid.linux.loop.change;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.libc.Abi;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.loop.Loop;
import dev.braid.linux.loop.Loops;
import java.nio.file.Path;

/** The real loop driver. Stateless; safe for many threads. */
public final class KernelLoopChange implements LoopChange {

  private static final Path CONTROL = Path.of("/dev/loop-control");

  /** Others may take the number that was free when the kernel named it; this often, never. */
  private static final int TRIES = 64;

  private final Loops loops;

  public KernelLoopChange(Loops loops) {
    this.loops = loops;
  }

  @Override
  public int attach(Step step, Path file, int blockSize) {
    try (Fd control = Posix.open(CONTROL, Posix.O_RDWR);
        Fd image = Posix.open(file, Posix.O_RDWR | Posix.O_DIRECT)) {
      for (int i = 0; i < TRIES; i++) {
        int number = Posix.ioctl(control, "LOOP_CTL_GET_FREE", Abi.Loop.LOOP_CTL_GET_FREE, 0);
        if (configure(number, image, blockSize)) {
          assureDirect(number, file);
          return number;
        }
      }
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot make a loop device over " + file + ": " + e.getMessage(), e);
    }
    throw new KernelRefused("cannot make a loop device over " + file + ": others take every one");
  }

  /**
   * @return false if somebody else was quicker
   */
  private static boolean configure(int number, Fd image, int blockSize) throws ErrnoException {
    try (Fd device = Posix.open(device(number), Posix.O_RDWR);
        Memory config = new Memory(Abi.LoopConfig.SIZE)) {
      config.clear();
      config.setInt(Abi.LoopConfig.FD, image.number());
      config.setInt(Abi.LoopConfig.BLOCK_SIZE, blockSize);
      config.setInt(Abi.LoopConfig.INFO + Abi.LoopInfo.LO_FLAGS, Abi.Loop.LO_FLAGS_DIRECT_IO);
      Posix.ioctl(device, "LOOP_CONFIGURE", Abi.Loop.LOOP_CONFIGURE, config);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY) {
        return false;
      }
      throw e;
    }
  }

  /** The kernel turns direct I/O off by itself, and says nothing, where the store cannot do it. */
  private void assureDirect(int number, Path file) throws ErrnoException {
    if (loops.find(number).map(Loop::directIo).orElse(false)) {
      return;
    }
    release(number);
    throw new KernelRefused(
        "the file system of "
            + file
            + " does no direct I/O with the block size asked for, so that a flush would be a lie:"
            + " put the pool on another one (ext4, XFS)");
  }

  @Override
  public void resize(Step step, Loop loop) {
    try (Fd device = Posix.open(loop.device(), Posix.O_RDWR)) {
      Posix.ioctl(device, "LOOP_SET_CAPACITY", Abi.Loop.LOOP_SET_CAPACITY, 0);
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot resize " + loop.device() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void detach(Step step, Loop loop) {
    try {
      release(loop.number());
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENXIO && e.errno() != Errno.ENOENT) {
        throw new KernelRefused("cannot detach " + loop.device() + ": " + e.getMessage(), e);
      }
    }
  }

  private static void release(int number) throws ErrnoException {
    try (Fd device = Posix.open(device(number), Posix.O_RDONLY)) {
      Posix.ioctl(device, "LOOP_CLR_FD", Abi.Loop.LOOP_CLR_FD, 0);
    }
  }

  private static Path device(int number) {
    return Path.of("/dev/loop" + number);
  }
}
