package dev.braid.controller;

import dev.braid.base.PoolName;
import dev.braid.rpc.HeadAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Which heads there are, and which pools they serve. Now from a file, later from custom resources.
 * Every call answers from the newest state.
 */
interface Topology {

  /** The head that serves a pool. */
  Optional<HeadAddress> headOf(PoolName pool);

  /** For messages. */
  Set<PoolName> pools();

  /** Where this comes from, for messages: what a person would have to mend. */
  String source();
}
