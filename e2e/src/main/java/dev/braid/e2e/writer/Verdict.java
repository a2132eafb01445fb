package dev.braid.e2e.writer;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The acknowledgements held against what was read.
 *
 * @param acked how many records were acknowledged
 * @param read how many records of this volume were read back
 * @param lost acknowledged, but neither there nor overwritten since
 * @param unexplained slots that hold what they should not
 */
public record Verdict(long acked, long read, List<Long> lost, List<ReadBack.Bad> unexplained) {

  private static final int SHOWN = 20;

  public Verdict {
    lost = List.copyOf(lost);
    unexplained = List.copyOf(unexplained);
  }

  /** Nothing acknowledged is missing, and everything in the volume is its own. */
  public boolean holds() {
    return lost.isEmpty() && unexplained.isEmpty();
  }

  public void throwUnlessHolds() {
    if (!holds()) {
      throw new AssertionError(toString());
    }
  }

  @Override
  public String toString() {
    String text = acked + " records acknowledged, " + read + " read back";
    if (!lost.isEmpty()) {
      var all = new Sequences();
      lost.forEach(all::add);
      text += "\n  " + lost.size() + " acknowledged records are missing: " + all;
    }
    if (!unexplained.isEmpty()) {
      text +=
          "\n  "
              + unexplained.size()
              + " slots hold what they should not:"
              + unexplained.stream()
                  .limit(SHOWN)
                  .map(b -> "\n    " + b)
                  .collect(Collectors.joining());
    }
    return text;
  }
}
