package dev.braid.e2e.writer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Writes signed records, one after the other, each acknowledged on standard output once the device
 * has it for good. One line each, flushed at once:
 *
 * <pre>
 *   ready SLOTS FIRST
 *   ack SEQUENCE WALL_MILLIS MONOTONIC_MICROS LATENCY_MICROS
 *   error SEQUENCE MESSAGE        a write failed; nothing more is written
 *   stopped WRITTEN               told to stop, or no room for another record
 * </pre>
 *
 * <p>At most one record is on its way at any time, so at most one that was not acknowledged can be
 * in the volume: the one after the last acknowledged.
 */
public final class SignedWriter {

  static final String USAGE =
      """
      usage: signed-writer --path PATH --volume ID --node NAME --key FILE|- --size BYTES
                           [--first SEQUENCE] [--count RECORDS] [--interval-ms MS] [--ring yes]
        --path      a file, or a block device (then --size may be left out)
        --key       a file with 64 hex digits; "-": the first line of standard input, and the
                    writer stops when that input ends
        --first     the number of the first record (default 0); record N lies in slot N modulo slots
        --ring      when every slot is used, begin again at the first; otherwise stop
      SIGTERM stops it too.""";

  private static final Set<String> KNOWN =
      Set.of("path", "volume", "node", "key", "size", "first", "count", "interval-ms", "ring");

  private static final int EXIT_USAGE = 2;
  private static final int EXIT_WRITE_FAILED = 3;
  private static final Duration LAST_WRITE = Duration.ofSeconds(5);

  /**
   * What to write.
   *
   * @param slots how many records the place holds
   * @param interval from the begin of one record to the begin of the next, at least
   */
  record Task(
      String volume,
      String node,
      long slots,
      long first,
      long count,
      Duration interval,
      boolean ring) {}

  private final Task task;
  private final FileChannel channel;
  private final RecordFormat format;
  private final PrintStream out;
  private final LongSupplier wallMillis;
  private final LongSupplier monotonicNanos;
  private final CountDownLatch stop = new CountDownLatch(1);

  SignedWriter(
      Task task,
      FileChannel channel,
      SigningKey key,
      PrintStream out,
      LongSupplier wallMillis,
      LongSupplier monotonicNanos) {
    this.task = task;
    this.channel = channel;
    this.format = new RecordFormat(key);
    this.out = out;
    this.wallMillis = wallMillis;
    this.monotonicNanos = monotonicNanos;
  }

  public static void main(String[] words) throws InterruptedException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int exit;
    try {
      var arguments = new Arguments(KNOWN, words);
      exit = run(arguments, input);
    } catch (IllegalArgumentException e) {
      System.err.println("signed-writer: " + e.getMessage() + "\n" + USAGE);
      exit = EXIT_USAGE;
    } catch (IOException e) {
      System.err.println("signed-writer: " + e);
      exit = EXIT_WRITE_FAILED;
    }
    // Not exit(): when a signal began the end, its hook waits for this very thread.
    Runtime.getRuntime().halt(exit);
  }

  private static int run(Arguments arguments, BufferedReader input)
      throws IOException, InterruptedException {
    SigningKey key = arguments.key(input);
    try (FileChannel channel =
        SlotFile.toWrite(Path.of(arguments.text("path")), SlotFile.Cache.BYPASSED)) {
      long size = arguments.number("size", channel.size());
      var task =
          new Task(
              arguments.text("volume"),
              arguments.text("node"),
              size / RecordFormat.BYTES,
              arguments.number("first", 0),
              arguments.number("count", Long.MAX_VALUE),
              Duration.ofMillis(arguments.number("interval-ms", 0)),
              "yes".equals(arguments.optional("ring")));
      var writer =
          new SignedWriter(
              task, channel, key, System.out, System::currentTimeMillis, System::nanoTime);
      writer.stopOn(arguments.keyIsInInput(), input);
      return writer.write() ? 0 : EXIT_WRITE_FAILED;
    }
  }

  /** Ends the writing after the record that is on its way, if any. */
  void stop() {
    stop.countDown();
  }

  /**
   * @return whether every write succeeded
   */
  boolean write() throws InterruptedException {
    if (task.slots() < 1) {
      throw new IllegalArgumentException("no room for one record");
    }
    ByteBuffer slot = SlotFile.buffer(1);
    say("ready", task.slots(), task.first());
    long due = monotonicNanos.getAsLong();
    long written = 0;
    while (written < task.count() && !stop.await(left(due), TimeUnit.NANOSECONDS)) {
      long sequence = task.first() + written;
      if (sequence >= task.slots() && !task.ring()) {
        break;
      }
      long begin = monotonicNanos.getAsLong();
      due = begin + task.interval().toNanos();
      fill(slot, sequence, begin);
      long start = monotonicNanos.getAsLong();
      try {
        put(slot, sequence);
      } catch (IOException e) {
        say("error", sequence, e.toString());
        return false;
      }
      long end = monotonicNanos.getAsLong();
      say("ack", sequence, wallMillis.getAsLong(), end / 1000, (end - start) / 1000);
      written++;
    }
    say("stopped", written);
    return true;
  }

  private void fill(ByteBuffer slot, long sequence, long now) {
    var record =
        new SignedRecord(task.volume(), task.node(), sequence, wallMillis.getAsLong(), now);
    slot.clear();
    format.write(record, offset(sequence), slot);
    slot.flip();
  }

  private void put(ByteBuffer slot, long sequence) throws IOException {
    while (slot.hasRemaining()) {
      channel.write(slot, offset(sequence) + slot.position());
    }
  }

  private long offset(long sequence) {
    return sequence % task.slots() * RecordFormat.BYTES;
  }

  private long left(long due) {
    return Math.max(0, due - monotonicNanos.getAsLong());
  }

  /**
   * In one write, so that no reader sees half a line. Not with {@code +}, whose machinery takes a
   * second to start in an emulated machine.
   */
  private void say(Object... words) {
    var line = new StringBuilder();
    for (Object word : words) {
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    line.append('\n');
    byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
    out.flush();
    if (out.checkError()) {
      // Nobody is told any more, so nothing may count as acknowledged any more.
      stop();
    }
  }

  private void stopOn(boolean inputEnds, BufferedReader input) {
    Thread writing = Thread.currentThread();
    var hook =
        new Thread(
            () -> {
              stop();
              try {
                // A write that hangs in the kernel holds nobody up for ever.
                writing.join(LAST_WRITE.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    if (inputEnds) {
      var watch = new Thread(() -> awaitEnd(input), "input");
      watch.setDaemon(true);
      watch.start();
    }
  }

  private void awaitEnd(BufferedReader input) {
    try {
      while (input.readLine() != null) {
        // Only its end means something.
      }
    } catch (IOException e) {
      System.err.println("signed-writer: the input broke: " + e);
    }
    stop();
  }
}
