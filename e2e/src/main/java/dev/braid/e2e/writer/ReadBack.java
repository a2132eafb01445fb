package dev.braid.e2e.writer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a reader found in a volume. As lines, printed by {@link SignedReader} and read here:
 *
 * <pre>
 *   slots N                       that were read
 *   blank N
 *   signed SEQUENCES              records of this volume, as in 0-99,105
 *   bad SLOT KIND DETAIL          every other slot: torn, foreign or misplaced
 *   done
 * </pre>
 */
public record ReadBack(long slots, long blank, Sequences signed, List<Bad> bad) {

  /** A slot that holds what it should not. */
  public record Bad(long slot, String kind, String detail) {
    @Override
    public String toString() {
      return "slot " + slot + ": " + kind + ": " + detail;
    }
  }

  public ReadBack {
    bad = List.copyOf(bad);
  }

  /** Gathers findings, slot by slot. */
  static final class Builder {
    private final long slots;
    private long blank;
    private final Sequences signed = new Sequences();
    private final List<Bad> bad = new ArrayList<>();

    Builder(long slots) {
      this.slots = slots;
    }

    void add(long slot, Finding finding) {
      switch (finding.kind()) {
        case BLANK -> blank++;
        case SIGNED -> signed.add(finding.sequence());
        case FOREIGN -> bad.add(new Bad(slot, "foreign", finding.detail()));
        case MISPLACED -> bad.add(new Bad(slot, "misplaced", finding.detail()));
        case TORN -> bad.add(new Bad(slot, "torn", finding.detail()));
      }
    }

    ReadBack build() {
      return new ReadBack(slots, blank, signed, bad);
    }
  }

  public boolean isClean() {
    return bad.isEmpty();
  }

  public long count(String kind) {
    return bad.stream().filter(b -> b.kind().equals(kind)).count();
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add("slots " + slots);
    lines.add("blank " + blank);
    lines.add("signed " + signed);
    bad.forEach(b -> lines.add("bad " + b.slot() + " " + b.kind() + " " + b.detail()));
    lines.add("done");
    return lines;
  }

  /**
   * @throws IllegalArgumentException if the lines are not a whole report: a reader that died half
   *     way has found nothing bad either
   */
  public static ReadBack parse(List<String> lines) {
    long slots = -1;
    long blank = -1;
    Sequences signed = null;
    var bad = new ArrayList<Bad>();
    boolean done = false;
    for (String line : lines) {
      String[] words = line.split(" ", 4);
      switch (words[0]) {
        case "slots" -> slots = Long.parseLong(words[1]);
        case "blank" -> blank = Long.parseLong(words[1]);
        case "signed" -> signed = Sequences.parse(words.length > 1 ? words[1] : "");
        case "bad" -> bad.add(new Bad(Long.parseLong(words[1]), words[2], words[3]));
        case "done" -> done = true;
        default -> throw new IllegalArgumentException("not a reader's line: " + line);
      }
    }
    if (slots < 0 || blank < 0 || signed == null || !done) {
      throw new IllegalArgumentException("not a reader's whole report: " + lines);
    }
    return new ReadBack(slots, blank, signed, bad);
  }

  /**
   * Holds it against what was acknowledged.
   *
   * @param writers all that ever wrote to this volume, in order
   */
  public Verdict compare(List<AckLog> writers) {
    var onTheirWay = new HashSet<Long>();
    var acked = new TreeSet<Long>();
    for (AckLog log : writers) {
      log.acks().forEach(a -> acked.add(a.sequence()));
      onTheirWay.add(log.next());
    }
    var lost = new ArrayList<Long>();
    for (long sequence : acked) {
      if (!signed.contains(sequence) && !overwritten(sequence, acked, onTheirWay)) {
        lost.add(sequence);
      }
    }
    var unexplained =
        bad.stream().filter(b -> !(b.kind().equals("torn") && torn(b.slot(), onTheirWay))).toList();
    return new Verdict(acked.size(), signed.count(), lost, unexplained);
  }

  /** By a later record of the ring in the same slot, which must be there or still on its way. */
  private boolean overwritten(long sequence, TreeSet<Long> acked, Set<Long> onTheirWay) {
    long highest = Math.max(acked.last(), onTheirWay.stream().max(Long::compare).orElse(-1L));
    for (long later = sequence + slots; later <= highest; later += slots) {
      if (signed.contains(later) || onTheirWay.contains(later)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The record that was on its way when its writer ended may be torn: it was never acknowledged.
   */
  private boolean torn(long slot, Set<Long> onTheirWay) {
    return onTheirWay.stream().anyMatch(s -> s % slots == slot);
  }
}
