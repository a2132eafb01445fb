package dev.braid.linux.mount.change;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.libc.Abi.Mount;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.mount.WriteOutCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The running kernel's. Stateless; safe for many threads. */
public final class KernelMounts implements Mounts {

  /** Longer than any device lets anybody wait. */
  private static final Duration NO_END = Duration.ofDays(20);

  private final Exec exec;

  /**
   * @param exec runs programs in this process's own mount namespace
   */
  public KernelMounts(Exec exec) {
    this.exec = exec;
  }

  @Override
  public void mount(
      Step step, Path device, Path target, String type, Set<Flag> flags, String data) {
    try {
      Posix.mount(device.toString(), target, type, bits(flags), data.isEmpty() ? null : data);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY) {
        throw new DeviceInUse(
            "cannot mount " + device + " on " + target + ": it is mounted or claimed already", e);
      }
      throw new KernelRefused(
          "cannot mount " + device + " (" + type + ") on " + target + "; the kernel log says more",
          e);
    }
  }

  @Override
  public void bind(Step step, Path source, Path target) {
    try {
      Posix.mount(source.toString(), target, null, Mount.MS_BIND, null);
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot bind " + source + " on " + target, e);
    }
  }

  @Override
  public void bindReadOnly(Step step, Path source, Path target) {
    try {
      Posix.bindReadOnly(source, target);
    } catch (ErrnoException e) {
      throw new KernelRefused(
          "cannot bind " + source + " read-only on " + target + " (that needs Linux 5.12)", e);
    }
  }

  @Override
  public void unmount(Step step, Path target) {
    try {
      Posix.umount(target, Mount.UMOUNT_NOFOLLOW);
    } catch (ErrnoException e) {
      switch (e.errno()) {
        case Errno.EINVAL, Errno.ENOENT -> {} // not a mount any more
        case Errno.EBUSY -> throw new DeviceInUse("cannot unmount " + target + ": it is in use", e);
        default -> throw new KernelRefused("cannot unmount " + target, e);
      }
    }
  }

  @Override
  public void writeOut(Step step, Path target) throws WritesLostException {
    Exec.Result result = exec.run(WriteOutCommand.argv(target), Deadline.after(NO_END));
    if (!result.ok()) {
      throw new WritesLostException(
          "the file system at " + target + " could not be written out: " + result.describe());
    }
  }

  @Override
  public void unmountLast(Step step, Path target, Deadline deadline) {
    Exec.Result result =
        exec.run(
            List.of("umount", "--no-canonicalize", "--internal-only", target.toString()), deadline);
    if (!result.ok()) {
      throw new DeviceInUse("cannot unmount " + target + ": " + result.describe());
    }
  }

  private static long bits(Set<Flag> flags) {
    long bits = 0;
    for (Flag flag : flags) {
      bits |=
          switch (flag) {
            case READ_ONLY -> Mount.MS_RDONLY;
            case NOSUID -> Mount.MS_NOSUID;
            case NODEV -> Mount.MS_NODEV;
            case NOEXEC -> Mount.MS_NOEXEC;
            case NOATIME -> Mount.MS_NOATIME;
            case NODIRATIME -> Mount.MS_NODIRATIME;
            case RELATIME -> Mount.MS_RELATIME;
            case STRICTATIME -> Mount.MS_STRICTATIME;
            case SYNC -> Mount.MS_SYNCHRONOUS;
            case DIRSYNC -> Mount.MS_DIRSYNC;
          };
    }
    return bits;
  }
}
