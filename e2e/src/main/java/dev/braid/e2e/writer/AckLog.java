package dev.braid.e2e.writer;

import dev.braid.base.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Everything one writer said, kept outside of its volume. Safe for many threads. */
public final class AckLog {

  /**
   * A time without acknowledgements.
   *
   * @param before the last record acknowledged before it
   * @param after the first one after it
   */
  public record Gap(Ack before, Ack after) {
    public Duration length() {
      return Duration.ofNanos((after.monotonicMicros() - before.monotonicMicros()) * 1000);
    }

    @Override
    public String toString() {
      return length().toMillis()
          + " ms between records "
          + before.sequence()
          + " and "
          + after.sequence();
    }
  }

  private final long first;
  private final List<Ack> acks = new ArrayList<>();
  private final List<String> strange = new ArrayList<>();
  private long lines;
  private boolean ready;
  private boolean ended;
  private @Nullable String error;

  /**
   * @param first the number of the writer's first record
   */
  public AckLog(long first) {
    this.first = first;
  }

  /** Takes one line of the writer. */
  public synchronized void accept(String line) {
    lines++;
    try {
      switch (line.split(" ", 2)[0]) {
        case "ready" -> ready = true;
        case "ack" -> acks.add(inOrder(Ack.parse(line)));
        case "error" -> error = line;
        case "stopped" -> ended = true;
        default -> strange.add(line);
      }
    } catch (RuntimeException e) {
      // Half a line: the machine went away while it was under way.
      strange.add(line);
    }
    notifyAll();
  }

  private Ack inOrder(Ack ack) {
    if (ack.sequence() != next()) {
      throw new IllegalArgumentException("not the next: " + ack);
    }
    return ack;
  }

  /** The writer will say nothing more. */
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  public synchronized List<Ack> acks() {
    return List.copyOf(acks);
  }

  public synchronized int count() {
    return acks.size();
  }

  /** The number of the record that may be on its way, and the first of a writer that goes on. */
  public synchronized long next() {
    return acks.isEmpty() ? first : acks.get(acks.size() - 1).sequence() + 1;
  }

  /** What the writer said when a write failed. */
  public synchronized Optional<String> error() {
    return Optional.ofNullable(error);
  }

  /** Lines that no writer should say. */
  public synchronized List<String> strange() {
    return List.copyOf(strange);
  }

  /** The longest time between two acknowledgements; none with fewer than two. */
  public synchronized Optional<Gap> largestGap() {
    return largestGap(acks);
  }

  /** The longest among those that end after the writer's wall clock showed this time. */
  public synchronized Optional<Gap> largestGapSince(long wallMillis) {
    int from = 0;
    while (from < acks.size() && acks.get(from).wallMillis() < wallMillis) {
      from++;
    }
    return largestGap(acks.subList(Math.max(0, from - 1), acks.size()));
  }

  private static Optional<Gap> largestGap(List<Ack> acks) {
    Gap largest = null;
    for (int i = 1; i < acks.size(); i++) {
      var gap = new Gap(acks.get(i - 1), acks.get(i));
      if (largest == null || gap.length().compareTo(largest.length()) > 0) {
        largest = gap;
      }
    }
    return Optional.ofNullable(largest);
  }

  /** Acknowledgements a second, from the first to the last. */
  public synchronized double rate() {
    if (acks.size() < 2) {
      return 0;
    }
    long micros = acks.get(acks.size() - 1).monotonicMicros() - acks.get(0).monotonicMicros();
    return (acks.size() - 1) * 1e6 / micros;
  }

  /**
   * @throws AssertionError if the writer ended or the time did before it was ready
   */
  public void awaitReady(Deadline deadline) {
    await("ready", () -> ready, deadline);
  }

  /** Waits until so many records in all were acknowledged. */
  public void awaitCount(int wanted, Deadline deadline) {
    await(wanted + " records", () -> acks.size() >= wanted, deadline);
  }

  /** Waits until so many more records were acknowledged than now: the writer goes on. */
  public void awaitMore(int more, Deadline deadline) {
    awaitCount(count() + more, deadline);
  }

  /** Waits until the writer said that it is done, or that a write failed. */
  public void awaitEnd(Deadline deadline) {
    await("its end", () -> ended || error != null, deadline);
  }

  /** Waits until the writer has said nothing for so long. */
  synchronized void awaitSilence(Duration silence) {
    long said;
    do {
      said = lines;
      try {
        wait(silence.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    } while (said != lines);
  }

  private synchronized void await(String what, BooleanSupplier there, Deadline deadline) {
    while (!there.getAsBoolean()) {
      if (ended || error != null || deadline.passed()) {
        throw new AssertionError(
            (deadline.passed() ? "not in time: " : "the writer ended before: ")
                + what
                + "; "
                + this);
      }
      try {
        wait(Math.max(1, deadline.leftMillis()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted; " + this, e);
      }
    }
  }

  @Override
  public synchronized String toString() {
    return acks.size()
        + " records acknowledged"
        + largestGap().map(g -> ", largest gap " + g).orElse("")
        + (error == null ? "" : ", then " + error)
        + (strange.isEmpty() ? "" : ", strange lines: " + strange);
  }
}
