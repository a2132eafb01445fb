package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.error.BraidException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far this host's clock is off those of the heads whose LUNs are attached. iSCSI and multipath
 * need no clock; certificates, the order of what the logs of node and head tell, and a volume's
 * time stamps do. So it is said, and no attach is refused for it: a head that is off would close
 * every node at once, and the answers are of a kind that anybody on the network can forge.
 */
public final class Clocks implements Doubt {

  private static final Logger log = LoggerFactory.getLogger(Clocks.class);

  private static final Duration FAR = Duration.ofSeconds(60);

  /** For each address: who answers does so at once. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Supplier<List<Lun>> attached;
  private final Remote remote;
  private volatile Map<String, Duration> ahead = Map.of();

  /** Another machine's clock. */
  @FunctionalInterface
  interface Remote {
    /** How far it is ahead of this host's; empty if it does not tell. */
    Optional<Duration> ahead(String address, Deadline deadline);
  }

  Clocks(Supplier<List<Lun>> attached, Remote remote) {
    this.attached = attached;
    this.remote = remote;
  }

  @Override
  public void look() {
    var addresses = new TreeSet<String>();
    for (Lun lun : attached.get()) {
      lun.portals().stream().map(Portal::host).filter(Clocks::ipv4).forEach(addresses::add);
    }
    var answers = new TreeMap<String, Duration>();
    addresses.forEach(address -> ask(address).ifPresent(off -> answers.put(address, off)));
    ahead = Map.copyOf(answers);
  }

  private static boolean ipv4(String address) {
    return address.indexOf(':') < 0;
  }

  /** Silence says nothing: firewalls like to drop the question. */
  private Optional<Duration> ask(String address) {
    try {
      return remote.ahead(address, Deadline.after(PATIENCE));
    } catch (BraidException e) {
      log.debug("the clock at {} cannot be asked: {}", address, e.messageAndCause());
      return Optional.empty();
    }
  }

  @Override
  public List<String> found() {
    return new TreeMap<>(ahead)
        .entrySet().stream()
            .filter(e -> e.getValue().abs().compareTo(FAR) > 0)
            .map(e -> far(e.getKey(), e.getValue()))
            .toList();
  }

  /** In whole minutes, so that it is the same text at the next look. */
  private static String far(String address, Duration ahead) {
    return "this host's clock is about "
        + ahead.abs().plusSeconds(30).toMinutes()
        + (ahead.isNegative() ? " minutes ahead of" : " minutes behind")
        + " that of the head at "
        + address
        + ": certificates may be refused, and logs do not fit together. Look at 'chronyc tracking'"
        + " on both, and have both follow the same time servers";
  }

  /** By address, how many seconds each head's clock is ahead of this host's. */
  public Map<List<String>, Double> seconds() {
    var seconds = new HashMap<List<String>, Double>();
    ahead.forEach((address, off) -> seconds.put(List.of(address), off.toMillis() / 1e3));
    return seconds;
  }
}
