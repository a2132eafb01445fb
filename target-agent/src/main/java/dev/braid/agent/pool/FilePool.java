package dev.braid.agent.pool;

import dev.braid.agent.book.Volume;
import dev.braid.agent.lio.Patience;
import dev.braid.agent.pool.change.Images;
import dev.braid.base.Deadline;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.OutOfRange;
import dev.braid.base.error.OutOfSpace;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.loop.Loop;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.loop.change.LoopChange;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A pool on the files of one folder. */
public final class FilePool {

  /** What every initiator is used to. A store that needs larger blocks is refused by the kernel. */
  private static final int BLOCK_SIZE = 512;

  /**
   * Never given to volumes: the book needs room, and the store's own tables of a scattered volume
   * take up to 16 bytes for each of its 4 KiB, which is less than two hundredths with the rest.
   */
  private static final long KEPT = 16 * Sizes.MIB;

  private static final int KEPT_PART = 50;

  private final Path folder;
  private final Loops loops;
  private final LoopChange loopChange;
  private final Images images;
  private final Steps steps;
  private final Patience patience;

  /**
   * @param folder there already; nothing else writes into it
   */
  public FilePool(
      Path folder,
      Loops loops,
      LoopChange loopChange,
      Images images,
      Steps steps,
      Patience patience) {
    this.folder = folder;
    this.loops = loops;
    this.loopChange = loopChange;
    this.images = images;
    this.steps = steps;
    this.patience = patience;
  }

  /**
   * Room is promised once: what other volumes have not filled yet counts as taken, so that no write
   * to a volume ever finds the store full.
   *
   * @throws OutOfRange if the store is smaller than that altogether
   * @throws OutOfSpace if others have the room
   */
  public void assureRoom(long bytes, List<Volume> others) {
    try {
      FileStore store = Files.getFileStore(folder);
      long kept = Math.max(KEPT, store.getTotalSpace() / KEPT_PART);
      long total = store.getTotalSpace() - kept;
      if (bytes > total) {
        throw new OutOfRange(
            bytes + " bytes asked for, and the pool's store has " + total + " altogether");
      }
      long promised = others.stream().mapToLong(this::unfilled).sum();
      long free = store.getUsableSpace() - kept - promised;
      if (bytes > free) {
        throw new OutOfSpace(
            bytes
                + " bytes asked for, and the pool has "
                + Math.max(0, free)
                + " left that are not promised to other volumes");
      }
    } catch (IOException e) {
      throw new KernelRefused("cannot see how much room " + folder + " has: " + e.getMessage(), e);
    }
  }

  private long unfilled(Volume volume) {
    Path image = image(volume);
    try {
      return Files.exists(image)
          ? Math.max(0, volume.bytes() - Posix.allocatedBytes(image))
          : volume.bytes();
    } catch (ErrnoException e) {
      return volume.bytes(); // it went meanwhile, or cannot be looked at: then all of it
    }
  }

  /** Makes the file of a new volume. */
  public void make(Volume volume) {
    steps.run("make image", step -> images.make(step, image(volume), volume.bytes()));
  }

  /**
   * The block device of a volume, made if there is none.
   *
   * @throws Refused if the volume's file is not there, or shorter than the volume
   */
  public Path device(Volume volume) {
    Path image = image(volume);
    long bytes = size(image);
    if (bytes < volume.bytes()) {
      throw new Refused(
          "volume "
              + volume.serial()
              + " has "
              + volume.bytes()
              + " bytes and its file "
              + image
              + " only "
              + bytes
              + ": it is not served");
    }
    return loops.over(image).stream()
        .filter(FilePool::ours)
        .findFirst()
        .map(Loop::device)
        .orElseGet(() -> attach(image));
  }

  /** Whether a device shows a volume's file. */
  public boolean isDeviceOf(Volume volume, Path device) {
    return loops.over(image(volume)).stream()
        .anyMatch(loop -> ours(loop) && loop.device().equals(device));
  }

  /**
   * Removes a volume's device and file, and with it the data.
   *
   * @throws DeviceInUse if somebody on this head holds the device
   */
  public void remove(Volume volume, Deadline deadline) {
    Path image = image(volume);
    for (Loop loop : loops.over(image)) {
      if (ours(loop)) {
        steps.run("detach loop device", step -> loopChange.detach(step, loop));
      }
    }
    // udev looks at a device when its last user has gone, and holds it for a moment.
    if (!patience.until(deadline, () -> loops.over(image).stream().noneMatch(FilePool::ours))) {
      throw new DeviceInUse(
          "something on this head holds "
              + loops.over(image).get(0).device()
              + ", the device of "
              + image
              + " (lsof names it)");
    }
    if (Files.exists(image)) {
      steps.run("remove image", step -> images.remove(step, image));
    }
  }

  public Path image(Volume volume) {
    return folder.resolve(volume.serial() + ".img");
  }

  private Path attach(Path image) {
    int number =
        steps.<Integer, RuntimeException>call(
            "attach loop device", step -> loopChange.attach(step, image, BLOCK_SIZE));
    return Path.of("/dev/loop" + number);
  }

  /**
   * A loop device as Braid makes it. Others, which a person made to look inside, are left alone.
   */
  private static boolean ours(Loop loop) {
    return loop.directIo() && !loop.readOnly() && loop.whole();
  }

  private static long size(Path image) {
    try {
      return Files.size(image);
    } catch (IOException e) {
      throw new Refused("the file " + image + " of a volume is missing: " + e.getMessage(), e);
    }
  }
}
