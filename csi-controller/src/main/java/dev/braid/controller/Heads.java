package dev.braid.controller;

import dev.braid.base.PoolName;
import dev.braid.base.error.Refused;
import dev.braid.rpc.HeadAddress;
import dev.braid.rpc.HeadClient;
import dev.braid.rpc.TlsFiles;
import java.util.HashMap;
import java.util.Map;

/** The client of the head that serves a pool, kept between calls while its address stays. */
final class Heads implements AutoCloseable {

  private record Open(HeadAddress address, HeadClient client) {}

  private final Topology topology;
  private final TlsFiles tls;
  private final Map<String, Open> open = new HashMap<>();

  Heads(Topology topology, TlsFiles tls) {
    this.topology = topology;
    this.tls = tls;
  }

  /**
   * @throws Refused if no head is known to serve it. Not "not found": a pool that is missing from a
   *     list says nothing about the volumes in it
   */
  HeadClient serving(PoolName pool) {
    return client(
        topology
            .headOf(pool)
            .orElseThrow(
                () ->
                    new Refused(
                        "pool "
                            + pool
                            + " is not in "
                            + topology.source()
                            + ", which knows "
                            + topology.pools()
                            + ": name it there, with its head")));
  }

  private synchronized HeadClient client(HeadAddress address) {
    Open there = open.get(address.name());
    if (there != null && there.address().equals(address)) {
      return there.client();
    }
    if (there != null) {
      there.client().close();
    }
    var made = new Open(address, new HeadClient(address, tls));
    open.put(address.name(), made);
    return made.client();
  }

  @Override
  public synchronized void close() {
    open.values().forEach(o -> o.client().close());
    open.clear();
  }
}
