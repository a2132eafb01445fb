package dev.braid.agent;

import dev.braid.base.step.Step;
import dev.braid.linux.loop.Loop;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.loop.change.LoopChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Loop devices that exist only in a folder that stands for sysfs. */
final class FakeLoops implements LoopChange {

  private final Path sysBlock;
  private final FakeLio lio;

  FakeLoops(Path sysBlock, FakeLio lio) {
    this.sysBlock = sysBlock;
    this.lio = lio;
  }

  Loops reader() {
    return new Loops(sysBlock);
  }

  @Override
  public int attach(Step step, Path file, int blockSize) {
    int number = 0;
    while (Files.exists(sysBlock.resolve("loop" + number))) {
      number++;
    }
    write(number, file, "1");
    return number;
  }

  /** Somebody looks into a file with a loop device of his own. */
  void foreign(int number, Path file) {
    write(number, file, "0");
  }

  private void write(int number, Path file, String directIo) {
    try {
      Path loop = Files.createDirectories(sysBlock.resolve("loop" + number + "/loop"));
      Files.writeString(loop.resolve("dio"), directIo);
      Files.writeString(loop.resolve("offset"), "0");
      Files.writeString(loop.resolve("sizelimit"), "0");
      Files.writeString(loop.resolveSibling("ro"), "0");
      Files.writeString(loop.resolve("backing_file"), file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void resize(Step step, Loop loop) {}

  @Override
  public void detach(Step step, Loop loop) {
    if (lio.devices().contains(loop.device().toString())) {
      throw new AssertionError(loop + " is detached while a backstore holds it");
    }
    remove(sysBlock.resolve("loop" + loop.number()));
  }

  void reboot() {
    try (Stream<Path> loops = Files.list(sysBlock)) {
      loops.toList().forEach(FakeLoops::remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> leavesFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : leavesFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
