package dev.braid.linux.loop;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.KernelNames;
import dev.braid.linux.libc.Abi;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The loop devices of this host, as {@code /sys/block} shows them. Stateless. */
public final class Loops {

  private final Path sysBlock;

  /**
   * @param sysBlock {@code /sys/block}, or a folder that stands for it
   */
  public Loops(Path sysBlock) {
    this.sysBlock = sysBlock;
  }

  /** Every loop device over a file, lowest number first. */
  public List<Loop> over(Path file) {
    return all().stream().filter(loop -> loop.file().equals(file)).toList();
  }

  /** Every loop device in use, lowest number first. */
  public List<Loop> all() {
    var loops = new ArrayList<Loop>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(sysBlock, "loop*")) {
      for (Path entry : entries) {
        read(entry).ifPresent(loops::add);
      }
    } catch (IOException e) {
      throw new KernelRefused("cannot list " + sysBlock + ": " + e.getMessage(), e);
    }
    loops.sort(Comparator.comparingInt(Loop::number));
    return loops;
  }

  /** One loop device; empty if it is not in use. */
  public Optional<Loop> find(int number) {
    return read(sysBlock.resolve("loop" + number));
  }

  /**
   * What a loop device stands on: the device of the file system that its file is on and, where the
   * file is a device's node, that device. The kernel is asked, since the file's name may be one of
   * another mount namespace: a container's own node, by a name that is another device's here. Waits
   * as long as the file's server does, where that is away.
   */
  public static Set<DeviceNumber> under(Loop loop) {
    try (Fd fd = Posix.open(loop.device(), Posix.O_RDONLY | Posix.O_NONBLOCK);
        Memory info = new Memory(Abi.LoopInfo.SIZE)) {
      info.clear();
      Posix.ioctl(fd, "LOOP_GET_STATUS64", Abi.Loop.LOOP_GET_STATUS64, info);
      return Set.copyOf(
          List.of(
              DeviceNumber.ofDev(info.getLong(Abi.LoopInfo.LO_DEVICE)),
              DeviceNumber.ofDev(info.getLong(Abi.LoopInfo.LO_RDEVICE))));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENXIO || e.errno() == Errno.ENOENT) {
        return Set.of(); // let go of meanwhile
      }
      throw new KernelRefused("cannot ask what " + loop.device() + " stands on", e);
    }
  }

  private static Optional<Loop> read(Path entry) {
    try {
      Path file = file(entry.resolve("loop/backing_file"));
      return Optional.of(
          new Loop(
              Integer.parseInt(entry.getFileName().toString().substring("loop".length())),
              file,
              text(entry.resolve("loop/dio")).equals("1"),
              text(entry.resolve("ro")).equals("1"),
              text(entry.resolve("loop/offset")).equals("0")
                  && text(entry.resolve("loop/sizelimit")).equals("0")));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // not in use, or not any more
    } catch (IOException e) {
      if (Files.notExists(entry.resolve("loop"))) {
        return Optional.empty();
      }
      throw new KernelRefused("cannot read " + entry + ": " + e.getMessage(), e);
    }
  }

  /** As it is, nothing of it escaped: with a name that is no text it must not hide the others. */
  private static Path file(Path attribute) throws IOException {
    String text = KernelNames.read(attribute);
    return KernelNames.path(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
  }

  private static String text(Path attribute) throws IOException {
    return Files.readString(attribute).strip();
  }
}
