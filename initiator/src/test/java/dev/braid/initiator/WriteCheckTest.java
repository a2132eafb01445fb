package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Wwid;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Reservations;
import dev.braid.linux.scsi.Reservations.Registration;
import dev.braid.linux.scsi.Reservations.Type;
import dev.braid.linux.scsi.Sense;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two paths, sg1 by session 1 and sg2 by session 2, each with what it answers, in order. */
class WriteCheckTest {

  private static final Iqn SELF = new Iqn("iqn.2026-11.dev.braid.lab:node1");
  private static final Iqn OTHER = new Iqn("iqn.2026-11.dev.braid.lab:node2");
  private static final Lun LUN =
      new Lun(
          new Iqn("iqn.2026-01.dev.braid:pool1"),
          List.of(new Portal("10.1.0.1", 3260, 1), new Portal("10.2.0.1", 3260, 2)),
          new LunNumber(300),
          new Wwid("360014050123456789abcdef012345678"));

  private static final Reply<Reservations> NONE = new Reply.Answered<>(new Reservations(List.of()));
  private static final Reply<Reservations> OTHERS =
      new Reply.Answered<>(
          new Reservations(
              List.of(
                  new Registration("000000000000abcd", true, Type.WRITE_EXCLUSIVE, OTHER.name()))));
  private static final Reply<Reservations> PREEMPTED = failed(6, 0x2a, 0x03);
  private static final Reply<Reservations> UNKNOWN_COMMAND = failed(5, 0x20, 0);
  private static final Reply<Reservations> NO_LUN = failed(5, 0x25, 0);
  private static final Reply<Reservations> SILENT = new Reply.Silent<>("it did not answer");

  @TempDir Path host;
  private final Map<String, Queue<Reply<Reservations>>> answers = new HashMap<>();

  @BeforeEach
  void named() throws IOException {
    for (int id = 1; id <= 2; id++) {
      Path session = host.resolve("sys/class/iscsi_session/session" + id);
      Files.createDirectories(session);
      Files.writeString(session.resolve("initiatorname"), SELF + "\n");
    }
  }

  @Test
  @DisplayName("a LUN that nobody has reserved can be used, and one that knows no reservations")
  void free() {
    sg(1, NONE);
    check();
    sg(1, UNKNOWN_COMMAND);
    check();
  }

  @Test
  @DisplayName("rule 3: a reservation behind a unit attention is seen, and its holder named")
  void afterAttention() {
    sg(1, PREEMPTED, failed(6, 0x29, 0), OTHERS);
    assertThatThrownBy(this::check)
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll(OTHER.name(), "reserved");
  }

  @Test
  @DisplayName("rule 3: where no path tells, it is not taken for free")
  void nobodyTells() {
    sg(1, SILENT);
    sg(2, NO_LUN, NO_LUN, NO_LUN, NO_LUN);
    assertThatThrownBy(this::check)
        .isInstanceOf(NoPath.class)
        .hasMessageContainingAll("3:0:0:300", "it did not answer", "4:0:0:300", "25/00");
  }

  @Test
  @DisplayName("where one path does not tell, the other does")
  void theOther() {
    sg(1, SILENT);
    sg(2, OTHERS);
    assertThatThrownBy(this::check).isInstanceOf(Refused.class);
    sg(1, SILENT);
    sg(2, NONE);
    check();
  }

  @Test
  @DisplayName(
      "rule 3: reserved, and by what name this node logged in not known: not taken for free")
  void namelessSelf() throws IOException {
    for (int id = 1; id <= 2; id++) {
      Files.delete(host.resolve("sys/class/iscsi_session/session" + id + "/initiatorname"));
    }
    sg(1, OTHERS);
    sg(2, OTHERS);
    assertThatThrownBy(this::check).isInstanceOf(NoPath.class).hasMessageContaining("name");
    sg(1, NONE);
    check();
  }

  @SafeVarargs
  private void sg(int number, Reply<Reservations>... said) {
    answers.put("sg" + number, new ArrayDeque<>(List.of(said)));
  }

  private void check() {
    var paths = new ArrayList<ScsiDevice>();
    var sessions = new ArrayList<IscsiSession>();
    for (int id = 1; id <= 2; id++) {
      int scsiHost = id + 2;
      paths.add(
          new ScsiDevice(
              new Hctl(scsiHost, 0, 0, 300),
              "LIO-ORG",
              "Braid",
              "running",
              Optional.empty(),
              Optional.of("sg" + id),
              1 << 20,
              Optional.empty()));
      sessions.add(
          new IscsiSession(
              id,
              LUN.target().name(),
              id,
              "10." + id + ".0.1",
              3260,
              IscsiSession.State.LOGGED_IN,
              scsiHost,
              0));
    }
    new WriteCheck(
            new Asked(),
            new IscsiSessions(host.resolve("sys")),
            new BlockTree(host.resolve("sys")),
            host.resolve("dev"))
        .check(LUN, paths, sessions, Deadline.after(Duration.ofSeconds(20)));
  }

  private static Reply<Reservations> failed(int key, int asc, int ascq) {
    var sense = new Sense(key, asc, ascq);
    return new Reply.Failed<>(sense.toString(), Optional.of(sense), false);
  }

  /** Only reservations are asked for. */
  private final class Asked extends UnaskedScsi {
    @Override
    public Reply<Reservations> reservations(Path sg, Deadline deadline) {
      Queue<Reply<Reservations>> said =
          answers.getOrDefault(String.valueOf(sg.getFileName()), new ArrayDeque<>());
      assertThat(said).as("what %s says", sg).isNotEmpty();
      return said.remove();
    }
  }
}
