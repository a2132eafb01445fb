package dev.braid.e2e.writer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A file that is written, damaged and read without a machine, at a clock of its own. */
final class Bench {

  static final String VOLUME = "gold/0123456789abcdef012345678";

  final SigningKey key = SigningKey.random();
  final AtomicLong clockNanos = new AtomicLong();
  private final Path file;
  private final long slots;

  Bench(Path file, long slots) {
    this.file = file;
    this.slots = slots;
  }

  /** Writes records first to first+count-1 and keeps what was acknowledged. */
  AckLog write(long first, long count) {
    return write(VOLUME, "node1", key, first, count);
  }

  AckLog write(String volume, String node, SigningKey with, long first, long count) {
    var log = new AckLog(first);
    try (FileChannel channel = SlotFile.toWrite(file, SlotFile.Cache.USED);
        PrintStream out = lines(log)) {
      var task = new SignedWriter.Task(volume, node, slots, first, count, Duration.ZERO, true);
      new SignedWriter(
              task,
              channel,
              with,
              out,
              () -> clockNanos.get() / 1_000_000,
              () -> clockNanos.addAndGet(1_000_000))
          .write();
      return log;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  ReadBack read() {
    return read(key, null);
  }

  ReadBack read(SigningKey with, @Nullable Set<String> nodes) {
    try (FileChannel channel = SlotFile.toRead(file, SlotFile.Cache.USED)) {
      ReadBack found =
          SignedReader.read(channel, channel.size() / RecordFormat.BYTES, with, VOLUME, nodes);
      // As it comes to a test: through the reader's lines.
      return ReadBack.parse(found.lines());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Verdict verdict(AckLog... logs) {
    return read().compare(List.of(logs));
  }

  /** What stands in the file from one byte to another. */
  byte[] bytes(long from, int length) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      channel.read(bytes, from);
      return bytes.array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void put(long at, byte[] bytes) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PrintStream lines(AckLog log) {
    return new PrintStream(
        new OutputStream() {
          private final StringBuilder line = new StringBuilder();

          @Override
          public void write(int b) {
            if (b == '\n') {
              log.accept(line.toString());
              line.setLength(0);
            } else {
              line.append((char) b);
            }
          }
        },
        false,
        StandardCharsets.UTF_8);
  }
}
