package dev.braid.linux.dm;

/**
 * A map that is held open. As long as it is, nobody can remove it, and its number, by which its
 * node in {@code /dev} is named, becomes no other map's: what was found out of it stays true of
 * that node.
 */
public interface Pinned extends AutoCloseable {

  /** The map, as it was when it had been opened. */
  DmDevice map();

  /** Lets go. A second time does nothing. */
  @Override
  void close();
}
