package dev.braid.agent.pool.change;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The files that hold volumes' blocks. */
public final class Images {

  private final Path folder;

  public Images(Path folder) {
    this.folder = folder;
  }

  /** Makes a file of a size, all hole, for the owner alone; or gives a half-made one its size. */
  public void make(Step step, Path image, long bytes) {
    makeEmpty(step, image);
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
      file.getFD().sync();
      sync();
    } catch (IOException e) {
      throw new KernelRefused("cannot make " + image + ": " + e.getMessage(), e);
    }
  }

  /** Makes a file for the owner alone, or finds it there. */
  public void makeEmpty(Step step, Path file) {
    var owner = PosixFilePermissions.fromString("rw-------");
    try {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
      sync();
    } catch (FileAlreadyExistsException e) {
      // as it should be
    } catch (IOException e) {
      throw new KernelRefused("cannot make " + file + ": " + e.getMessage(), e);
    }
  }

  /** Removes a file and its data, or finds it gone. */
  public void remove(Step step, Path image) {
    try {
      Files.deleteIfExists(image);
      sync();
    } catch (IOException e) {
      throw new KernelRefused("cannot remove " + image + ": " + e.getMessage(), e);
    }
  }

  private void sync() throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
