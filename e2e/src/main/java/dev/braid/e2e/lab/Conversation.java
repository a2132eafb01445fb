package dev.braid.e2e.lab;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A program in a machine that answers each line with a line and ends when its input does. For one
 * thread.
 */
public final class Conversation implements AutoCloseable {

  private static final Duration END = Duration.ofSeconds(30);

  /** The last lines of what it says on stderr, which tell why it ended. */
  private static final int KEPT = 20;

  private final String what;
  private final Process client;
  private final BufferedWriter input;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Deque<String> errors = new ArrayDeque<>();

  private Conversation(String what, Process client) {
    this.what = what;
    this.client = client;
    this.input =
        new BufferedWriter(
            new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8));
  }

  static Conversation start(String what, List<String> argv) {
    Process client = HostProcess.converse(argv);
    var conversation = new Conversation(what, client);
    HostProcess.follow(client.getInputStream(), conversation.answers::add, what);
    HostProcess.follow(client.getErrorStream(), conversation::keep, what + " stderr");
    return conversation;
  }

  private void keep(String line) {
    synchronized (errors) {
      errors.addLast(line);
      if (errors.size() > KEPT) {
        errors.removeFirst();
      }
    }
  }

  /**
   * Says a line.
   *
   * @throws LabException if the program has ended
   */
  public void say(String line) {
    try {
      input.write(line);
      input.newLine();
      input.flush();
    } catch (IOException e) {
      throw new LabException(what + " has ended" + said(), e);
    }
  }

  /**
   * The next line it says.
   *
   * @throws LabException if none comes in time, or the program has ended
   */
  public String hear(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        boolean ended = !client.isAlive(); // asked first: what it said at its end still counts
        String answer = answers.poll(1, TimeUnit.SECONDS);
        if (answer != null) {
          return answer;
        }
        if (ended) {
          throw new LabException(what + " has ended with " + client.exitValue() + said());
        }
        if (System.nanoTime() > end) {
          throw new LabException(what + " has said nothing for " + timeout + said());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(what + ": interrupted", e);
    }
  }

  private String said() {
    synchronized (errors) {
      return errors.isEmpty() ? "" : "\n--- the end of its stderr\n" + String.join("\n", errors);
    }
  }

  /** Ends its input and with it the program; one that does not end is left by its ssh. */
  @Override
  public void close() {
    try {
      input.close();
      if (!client.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
        client.destroy();
      }
    } catch (IOException e) {
      client.destroy(); // it has ended, or nobody reads what it is told
    } catch (InterruptedException e) {
      client.destroy();
      Thread.currentThread().interrupt();
    }
  }
}
