package dev.braid.initiator;

import static dev.braid.initiator.FakeIscsi.A;
import static dev.braid.initiator.FakeIscsi.B;
import static dev.braid.initiator.FakeIscsi.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.change.RecordFiles;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.net.Neighbours;
import dev.braid.linux.net.Routes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A LUN has a session through portal A, and is to have one through B, where somebody answers. */
@Timeout(60)
class PortalsTest {

  private static final int NO_DAEMON = 20;
  private static final int LOGIN_REFUSED = 19;
  private static final Lun LUN =
      new Lun(
          TARGET, List.of(A, B), new LunNumber(3), new Serial("0123456789abcdef012345678").wwid());

  @TempDir Path folder;
  private FakeIscsi iscsi;
  private Portals portals;

  @BeforeEach
  void host() {
    iscsi = new FakeIscsi(folder);
    iscsi.add(A, "LOGGED_IN", "up");
    var sessions = new IscsiSessions(iscsi.sys);
    var steps = Steps.unobserved();
    var secrets = new ChapSecrets(Optional.empty());
    var routes = new Routes(folder.resolve("route"), iscsi.sys);
    var diagnosis =
        new Diagnosis(
            new Neighbours(folder.resolve("arp")),
            routes,
            new PacketSize(routes, (address, bytes, deadline) -> Outcome.ANSWERED),
            secrets);
    var own = new OwnPortals(folder.resolve("targets"));
    var nodes = new NodeFolder(List.of(folder.resolve("nodes")));
    var clock = Clock.systemUTC();
    var records =
        new OwnRecords(own, new NodeRecords(nodes), new RecordFiles(nodes), secrets, clock, steps);
    portals =
        new Portals(
            sessions,
            new DeadPortals(sessions, (portal, deadline) -> Optional.empty(), diagnosis),
            new Logins(sessions, own, records, iscsi.iscsiadm(), steps),
            new Reasons(sessions, diagnosis, () -> TARGET),
            new Strays(iscsi.programs(), sessions),
            new FileLocks(folder.resolve("locks"), clock));
  }

  @Test
  @DisplayName("F20: a login that the portal refuses is the portal's")
  void refused() {
    iscsi.login = LOGIN_REFUSED;
    assertThat(failed()).containsExactly(B);
  }

  @Test
  @DisplayName("F20: one that fails as iscsid is down is not, and is tried again at once")
  void noDaemon() {
    iscsi.login = NO_DAEMON;
    assertThat(failed()).isEmpty();
    assertThat(iscsi.told).containsExactly("log in " + B);
  }

  private List<Portal> failed() {
    var failed = new ArrayList<Portal>();
    try (var way = portals.reach(LUN, Deadline.after(Duration.ofSeconds(30)), failed::addAll)) {
      assertThat(way.up()).hasSize(1);
      assertThat(way.without()).containsOnlyKeys(B);
    }
    return failed;
  }
}
