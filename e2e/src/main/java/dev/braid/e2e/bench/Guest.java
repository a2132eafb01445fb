package dev.braid.e2e.bench;

import dev.braid.e2e.lab.Conversation;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Machine;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A subject's program on the node. It takes the times itself, by that machine's own clock: the way
 * there is not measured.
 */
final class Guest implements AutoCloseable {

  static final String PROGRAM = "/run/braid-bench/subjects.py";

  /** Python and its libraries, loaded in an emulated machine. */
  private static final Duration START = Duration.ofMinutes(5);

  /** os-brick attaches one volume after the other, and tries a dead portal for minutes. */
  private static final Duration ANSWER = Duration.ofMinutes(60);

  private static final String OK = "ok ";

  private final Subject subject;
  private final Conversation program;

  private Guest(Subject subject, Conversation program) {
    this.subject = subject;
    this.program = program;
  }

  static Guest start(Machine node, Subject subject) {
    var program = node.converse("exec python3 -u " + PROGRAM + " " + subject.argument());
    try {
      String word = program.hear(START);
      if (!word.startsWith(OK)) {
        throw new LabException(subject.text() + " did not start: " + word);
      }
      return new Guest(subject, program);
    } catch (LabException e) {
      program.close();
      throw e;
    }
  }

  /**
   * @param verb of {@code subjects.py}
   * @throws LabException with its own words if it failed
   */
  Took measure(String verb, List<BenchLun> luns) {
    String words = luns.stream().map(lun -> " " + lun.text()).collect(Collectors.joining());
    return Took.parse(ask(verb + words));
  }

  String ask(String request) {
    program.say(request);
    String answer = program.hear(ANSWER);
    if (!answer.startsWith(OK)) {
      String verb = request.split(" ", 2)[0];
      throw new LabException(subject.text() + ": " + verb + ": " + answer);
    }
    return answer.substring(OK.length());
  }

  @Override
  public void close() {
    program.close();
  }
}
