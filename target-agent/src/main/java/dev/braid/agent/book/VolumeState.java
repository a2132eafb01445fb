package dev.braid.agent.book;

/** How far a volume has come. */
public enum VolumeState {
  /** Booked; nobody was told of it yet. A restart takes it back. */
  CREATING,
  READY,
  /** To be removed; nothing but its removal is possible any more. A restart goes on with it. */
  DELETING
}
