package dev.braid.linux.filesystem;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Abi.Statvfs;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;

/** How full a mounted file system is. */
public record Usage(Count bytes, Count inodes) {

  /**
   * A number of things.
   *
   * @param available to users; some of what is free is root's
   */
  public record Count(long total, long used, long available) {}

  public static Usage of(Path mount) {
    try (Memory m = Posix.statvfs(mount)) {
      long size = m.getLong(Statvfs.F_FRSIZE);
      long blocks = m.getLong(Statvfs.F_BLOCKS);
      long files = m.getLong(Statvfs.F_FILES);
      return new Usage(
          new Count(
              size * blocks,
              size * (blocks - m.getLong(Statvfs.F_BFREE)),
              size * m.getLong(Statvfs.F_BAVAIL)),
          new Count(files, files - m.getLong(Statvfs.F_FFREE), m.getLong(Statvfs.F_FAVAIL)));
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot look how full " + mount + " is", e);
    }
  }
}
