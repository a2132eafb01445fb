package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Running;
import dev.braid.e2e.writer.AckLog;

/**
 * What the signed writer in one pod says, read from the log that its node keeps: that goes on
 * without an API server, and when the pod is gone.
 */
public final class PodWriter implements AutoCloseable {

  /** The time, the stream and whether the line is whole stand before what was said. */
  private static final int WORDS_BEFORE = 3;

  private final String uid;
  private final Machine machine;
  private final AckLog acks = new AckLog(0);
  private final Running following;

  private PodWriter(String pod, String uid, String container, Machine machine) {
    this.uid = uid;
    this.machine = machine;
    String log = "/var/log/pods/default_" + pod + "_" + uid + "/" + container + "/0.log";
    this.following =
        machine.spawn("exec tail -n +1 -F " + log + " 2> /dev/null", this::accept, line -> {});
  }

  /** Follows a pod of the default namespace from its first word on. */
  static PodWriter follow(String pod, String uid, String container, Machine machine) {
    return new PodWriter(pod, uid, container, machine);
  }

  private void accept(String line) {
    String[] words = line.split(" ", WORDS_BEFORE + 1);
    if (words.length > WORDS_BEFORE && words[1].equals("stdout")) {
      acks.accept(words[WORDS_BEFORE]);
    }
  }

  public String uid() {
    return uid;
  }

  /** Where it runs. */
  public Machine machine() {
    return machine;
  }

  public AckLog acks() {
    return acks;
  }

  @Override
  public void close() {
    following.close();
  }

  @Override
  public String toString() {
    return "writer in pod " + uid + " on " + machine + ": " + acks;
  }
}
