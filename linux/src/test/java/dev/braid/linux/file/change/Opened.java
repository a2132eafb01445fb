package dev.braid.linux.file.change;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.file.Path;

/** Counts how often a folder itself is opened: whoever syncs it has to. By inotify. */
final class Opened implements AutoCloseable {

  private static final int IN_NONBLOCK = 0x800;
  private static final int IN_OPEN = 0x20;
  private static final int IN_ISDIR = 0x40000000;
  private static final int MASK = 4;
  private static final int NAME_LENGTH = 12;
  private static final int HEADER = 16;

  interface Inotify extends Library {
    Inotify INSTANCE = Native.load("c", Inotify.class);

    int inotify_init1(int flags) throws LastErrorException;

    int inotify_add_watch(int fd, String path, int mask) throws LastErrorException;

    NativeLong read(int fd, Pointer buffer, NativeLong count);

    int close(int fd);
  }

  private final int fd = Inotify.INSTANCE.inotify_init1(IN_NONBLOCK);

  Opened(Path folder) {
    Inotify.INSTANCE.inotify_add_watch(fd, folder.toString(), IN_OPEN);
  }

  /** Since it was asked the last time; opens of what is in the folder have a name, and are none. */
  int count() {
    try (var buffer = new Memory(1 << 16)) {
      int length = Inotify.INSTANCE.read(fd, buffer, new NativeLong(buffer.size())).intValue();
      int count = 0;
      for (int at = 0; at < length; at += HEADER + buffer.getInt(at + NAME_LENGTH)) {
        boolean itself =
            (buffer.getInt(at + MASK) & IN_ISDIR) != 0 && buffer.getInt(at + NAME_LENGTH) == 0;
        count += itself ? 1 : 0;
      }
      return count;
    }
  }

  @Override
  public void close() {
    Inotify.INSTANCE.close(fd);
  }
}
