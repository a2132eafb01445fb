package dev.braid.e2e.writer;

/**
 * What the reader made of one slot.
 *
 * @param sequence of the record; -1 if there is none that can be trusted
 * @param detail for a person; empty if there is nothing to say
 */
record Finding(Kind kind, long sequence, String detail) {

  enum Kind {
    /** Never written. */
    BLANK,
    /** One of the expected volume's and nodes' own. */
    SIGNED,
    /** Whole, but of another volume, node or test. */
    FOREIGN,
    /** Whole, but it belongs elsewhere in the volume. */
    MISPLACED,
    /** Neither blank nor whole. */
    TORN
  }
}
