package dev.braid.e2e.writer;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** A file or block device as slots of 4096 bytes, past the page cache. */
final class SlotFile {

  /** How it is opened. Only tests of this code itself, on any file system, go without DIRECT. */
  enum Cache {
    BYPASSED,
    USED
  }

  private SlotFile() {}

  /** Makes the file if it is not there, and its name durable; never makes a file in /dev. */
  static FileChannel toWrite(Path path, Cache cache) throws IOException {
    Set<OpenOption> options = options(cache);
    options.add(StandardOpenOption.WRITE);
    options.add(StandardOpenOption.DSYNC);
    if (!path.startsWith("/dev")) {
      options.add(StandardOpenOption.CREATE);
    }
    FileChannel channel = FileChannel.open(path, options);
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && options.contains(StandardOpenOption.CREATE)) {
      sync(folder);
    }
    return channel;
  }

  static FileChannel toRead(Path path, Cache cache) throws IOException {
    Set<OpenOption> options = options(cache);
    options.add(StandardOpenOption.READ);
    return FileChannel.open(path, options);
  }

  /** A buffer of so many slots, aligned as direct I/O wants it. */
  static ByteBuffer buffer(int slots) {
    int bytes = slots * RecordFormat.BYTES;
    ByteBuffer aligned =
        ByteBuffer.allocateDirect(bytes + RecordFormat.BYTES).alignedSlice(RecordFormat.BYTES);
    return aligned.slice(0, bytes);
  }

  private static Set<OpenOption> options(Cache cache) {
    Set<OpenOption> options = new HashSet<>();
    if (cache == Cache.BYPASSED) {
      options.add(ExtendedOpenOption.DIRECT);
    }
    return options;
  }

  private static void sync(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }
}
