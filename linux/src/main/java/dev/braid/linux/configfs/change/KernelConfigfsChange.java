package dev.braid.linux.configfs.change;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The real configfs, or a folder that stands for it. Stateless; safe for many threads. */
public final class KernelConfigfsChange implements ConfigfsChange {

  private static final int MODE = 0755;

  private final Path root;

  public KernelConfigfsChange(Path root) {
    this.root = root;
  }

  @Override
  public void mkdir(Step step, String path) {
    Path folder = root.resolve(path);
    try {
      Posix.mkdir(folder, MODE);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(e);
      }
    }
  }

  @Override
  public void rmdir(Step step, String path) {
    try {
      Posix.rmdir(root.resolve(path));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw refused(e);
      }
    }
  }

  @Override
  public void write(Step step, String path, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    try (Fd fd = Posix.open(root.resolve(path), Posix.O_WRONLY | Posix.O_TRUNC);
        Memory buffer = new Memory(bytes.length)) {
      buffer.write(0, bytes, 0, bytes.length);
      if (Posix.write(fd, buffer) != bytes.length) {
        throw new KernelRefused("the kernel took only a part of what was written to " + fd);
      }
    } catch (ErrnoException e) {
      throw refused(e);
    }
  }

  @Override
  public void link(Step step, String path, String target) {
    Path link = root.resolve(path);
    Path to = root.resolve(target);
    try {
      Posix.symlink(to, link);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST || !pointsAt(link, to)) {
        throw refused(e);
      }
    }
  }

  @Override
  public void unlink(Step step, String path) {
    try {
      Posix.unlink(root.resolve(path));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw refused(e);
      }
    }
  }

  private static boolean pointsAt(Path link, Path target) {
    try {
      return link.resolveSibling(Files.readSymbolicLink(link)).normalize().equals(target);
    } catch (IOException e) {
      return false;
    }
  }

  private static KernelRefused refused(ErrnoException e) {
    return new KernelRefused(e.getMessage() + "; the kernel's log may say why", e);
  }
}
