package dev.braid.e2e.writer;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Outcome;
import dev.braid.e2e.lab.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A signed writer at work in a machine, and everything it acknowledged, here.
 *
 * <pre>{@code
 * var writing = Writing.to(volume, "/mnt/data/records");
 * try (var writer = WriterSession.start(node1, writing)) {
 *   writer.acks().awaitCount(1000, deadline);
 *   writer.stopAndReadBack().throwUnlessHolds();
 * }
 * }</pre>
 */
public final class WriterSession implements AutoCloseable {

  private static final String PROGRAMS = "/opt/braid/e2e/bin/";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(30);
  private static final Duration READ = Duration.ofMinutes(5);
  private static final Duration SILENCE = Duration.ofMillis(300);

  private final Machine machine;
  private final Writing writing;
  private final AckLog acks;
  private final List<String> complaints = new ArrayList<>();
  private final Running running;

  private WriterSession(Machine machine, Writing writing, long first) {
    this.machine = machine;
    this.writing = writing;
    this.acks = new AckLog(first);
    var words = new ArrayList<>(arguments(machine, writing));
    words.addAll(List.of("--node", machine.name(), "--first", String.valueOf(first)));
    words.addAll(List.of("--interval-ms", String.valueOf(writing.interval().toMillis())));
    words.addAll(List.of("--ring", writing.ring() ? "yes" : "no"));
    this.running =
        machine.spawn("exec " + line("signed-writer", words), acks::accept, this::complain);
  }

  /** Starts the first writer of a volume; returns when it is ready to write. */
  public static WriterSession start(Machine machine, Writing writing) {
    return start(machine, writing, 0);
  }

  /**
   * Starts a writer that goes on where another one stopped.
   *
   * @param first what {@link AckLog#next} of the other says
   */
  public static WriterSession start(Machine machine, Writing writing, long first) {
    var session = new WriterSession(machine, writing, first);
    try {
      session.acks.awaitReady(Deadline.after(START));
      return session;
    } catch (AssertionError e) {
      session.close();
      throw new AssertionError(e.getMessage() + "\n" + session.complaints(), e);
    }
  }

  public AckLog acks() {
    return acks;
  }

  /** Ends it between two records; whatever it acknowledged is in the log then. */
  public void stop() {
    running.signal("TERM");
    acks.awaitEnd(Deadline.after(END));
    running.awaitExit(END);
    if (!acks.strange().isEmpty()) {
      throw new AssertionError("the writer in " + machine + " said " + acks.strange());
    }
  }

  /** After it was ended from outside, by a signal or with its machine: the log is whole then. */
  public void awaitEnd() {
    running.awaitExit(END);
    acks.awaitSilence(SILENCE);
    acks.end();
  }

  /** {@link #stop}, then everything that it wrote is read in the same machine and compared. */
  public Verdict stopAndReadBack() {
    stop();
    return readBack(machine, writing).compare(List.of(acks));
  }

  /** Reads all that is there, past the page cache, with no writer at work. */
  public static ReadBack readBack(Machine machine, Writing writing) {
    List<String> words = arguments(machine, writing);
    Outcome outcome = machine.exec(READ, line("signed-reader", words));
    if (outcome.exit() > 1) {
      throw new AssertionError(outcome.describe());
    }
    return ReadBack.parse(outcome.lines());
  }

  private static List<String> arguments(Machine machine, Writing writing) {
    String keyFile = "/run/braid-e2e/" + Long.toHexString(writing.key().id());
    machine.write(keyFile, writing.key().hex());
    return List.of(
        "--path",
        writing.path(),
        "--volume",
        writing.volume().toString(),
        "--size",
        String.valueOf(writing.bytes()),
        "--key",
        keyFile);
  }

  private static String line(String program, List<String> words) {
    return PROGRAMS
        + program
        + words.stream()
            .map(w -> " '" + w.replace("'", "'\\''") + "'")
            .collect(Collectors.joining());
  }

  private void complain(String line) {
    synchronized (complaints) {
      complaints.add(line);
    }
  }

  /** What it said on its standard error. */
  public String complaints() {
    synchronized (complaints) {
      return String.join("\n", complaints);
    }
  }

  /** Ends it whatever it does. */
  @Override
  public void close() {
    running.close();
    acks.end();
  }

  @Override
  public String toString() {
    return "writer in " + machine + ": " + acks;
  }
}
