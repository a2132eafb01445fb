package dev.braid.e2e.writer;

/** What stands in one slot of a volume: {@link RecordFormat#read} tells which. */
public sealed interface Slot {

  /** Nothing but zeros: never written, or discarded. */
  record Blank() implements Slot {}

  /** Whole, and signed with the reader's key. */
  record Signed(SignedRecord record) implements Slot {}

  /** Whole, and signed with the reader's key, but written for another place. */
  record Misplaced(SignedRecord record, long writtenFor) implements Slot {}

  /** A record made with another key: of another test, so of another volume. */
  record OtherKey() implements Slot {}

  /** Neither blank nor whole: torn, or never a record at all. */
  record Torn() implements Slot {}
}
