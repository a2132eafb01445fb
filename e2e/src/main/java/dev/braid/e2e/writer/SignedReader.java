package dev.braid.e2e.writer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads every slot of a volume back, past the page cache, and says what stands in it: see {@link
 * ReadBack} for the lines it prints. Whether a record is missing it cannot know: that takes the
 * list of acknowledgements, which is not in the volume.
 */
public final class SignedReader {

  static final String USAGE =
      """
      usage: signed-reader --path PATH --volume ID --key FILE|- [--nodes NAME,...] [--size BYTES]
        --key    a file with 64 hex digits; "-": the first line of standard input
        --nodes  whose records may be there (default: any node's)
        --size   how much of PATH to read (default: all of it)
      Exit code 0: nothing but blank slots and records of this volume; 1: something else too.""";

  private static final Set<String> KNOWN = Set.of("path", "volume", "nodes", "key", "size");

  private static final int EXIT_FINDINGS = 1;
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_READ_FAILED = 3;
  private static final int SLOTS_AT_ONCE = 256;

  private SignedReader() {}

  public static void main(String[] words) {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int exit;
    try {
      exit = run(new Arguments(KNOWN, words), input);
    } catch (IllegalArgumentException e) {
      System.err.println("signed-reader: " + e.getMessage() + "\n" + USAGE);
      exit = EXIT_USAGE;
    } catch (IOException e) {
      System.err.println("signed-reader: " + e);
      exit = EXIT_READ_FAILED;
    }
    System.exit(exit);
  }

  private static int run(Arguments arguments, BufferedReader input) throws IOException {
    SigningKey key = arguments.key(input);
    String nodes = arguments.optional("nodes");
    try (FileChannel channel =
        SlotFile.toRead(Path.of(arguments.text("path")), SlotFile.Cache.BYPASSED)) {
      long size = Math.min(channel.size(), arguments.number("size", Long.MAX_VALUE));
      ReadBack found =
          read(
              channel,
              size / RecordFormat.BYTES,
              key,
              arguments.text("volume"),
              nodes == null ? null : Set.of(nodes.split(",")));
      found.lines().forEach(System.out::println);
      return found.isClean() ? 0 : EXIT_FINDINGS;
    }
  }

  /**
   * @param nodes whose records may be there; null for any node's
   */
  static ReadBack read(
      FileChannel channel, long slots, SigningKey key, String volume, @Nullable Set<String> nodes)
      throws IOException {
    var format = new RecordFormat(key);
    var found = new ReadBack.Builder(slots);
    ByteBuffer buffer = SlotFile.buffer(SLOTS_AT_ONCE);
    long slot = 0;
    while (slot < slots) {
      buffer.clear().limit((int) Math.min(SLOTS_AT_ONCE, slots - slot) * RecordFormat.BYTES);
      long base = slot * RecordFormat.BYTES;
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, base + buffer.position()) <= 0) {
          throw new IOException("it ends at " + (base + buffer.position()));
        }
      }
      buffer.flip();
      for (; buffer.hasRemaining(); slot++) {
        found.add(slot, judge(format.read(slot * RecordFormat.BYTES, buffer), volume, nodes));
      }
    }
    return found.build();
  }

  private static Finding judge(Slot slot, String volume, @Nullable Set<String> nodes) {
    if (slot instanceof Slot.Blank) {
      return new Finding(Finding.Kind.BLANK, -1, "");
    }
    if (slot instanceof Slot.Torn) {
      return new Finding(Finding.Kind.TORN, -1, "not blank and not a whole record");
    }
    if (slot instanceof Slot.OtherKey) {
      return new Finding(Finding.Kind.FOREIGN, -1, "signed with another key");
    }
    if (slot instanceof Slot.Misplaced misplaced) {
      return new Finding(
          Finding.Kind.MISPLACED,
          misplaced.record().sequence(),
          "written for offset " + misplaced.writtenFor() + ": " + misplaced.record());
    }
    SignedRecord record = ((Slot.Signed) slot).record();
    boolean ours =
        record.volume().equals(volume) && (nodes == null || nodes.contains(record.node()));
    return new Finding(
        ours ? Finding.Kind.SIGNED : Finding.Kind.FOREIGN,
        record.sequence(),
        ours ? "" : record.toString());
  }
}
