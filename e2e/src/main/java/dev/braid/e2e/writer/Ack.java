package dev.braid.e2e.writer;

/**
 * A write that was acknowledged.
 *
 * @param wallMillis the writer's wall clock at the acknowledgement
 * @param monotonicMicros its monotonic clock then: what gaps are measured with
 * @param latencyMicros how long the write took
 */
public record Ack(long sequence, long wallMillis, long monotonicMicros, long latencyMicros) {

  static Ack parse(String line) {
    String[] words = line.split(" ");
    return new Ack(
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]));
  }
}
