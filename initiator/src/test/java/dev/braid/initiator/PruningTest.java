package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.step.Steps;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.lock.Locks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What multipath remembers of a LUN after its detach. */
class PruningTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();
  private static final String OTHERS = "/3600a098000000000000000000000001/\n";

  @TempDir Path folder;
  private Steps steps;
  private Locks locks;
  private boolean mapped;

  @BeforeEach
  void host() throws IOException {
    steps = Steps.unobserved();
    locks = new FileLocks(folder.resolve("locks"), Clock.systemUTC());
    Files.createDirectories(folder.resolve("locks"));
    Files.createDirectories(folder.resolve("multipath"));
    Files.writeString(wwids(), OTHERS);
    Files.writeString(bindings(), "mpathz 3600a098000000000000000000000001\n");
  }

  @Test
  @DisplayName("rule 15: what is detached is forgotten later, also by another start of the program")
  void forgotten() throws IOException {
    seen().remember(LUN, soon());
    Files.writeString(bindings(), Files.readString(bindings()) + "mpatha " + LUN + "\n");
    seen().letGo(LUN);
    assertThat(wwids()).as("the call does not wait for it").content().contains(LUN.text());

    pruning().look();
    assertThat(wwids()).hasContent(OTHERS);
    assertThat(bindings()).content().doesNotContain(LUN.text()).contains("mpathz");
    assertThat(gone().all()).isEmpty();
  }

  @Test
  @DisplayName("what multipath does not remember leaves no note")
  void nothingToForget() {
    seen().letGo(LUN);
    assertThat(gone().all()).isEmpty();
  }

  @Test
  @DisplayName("rule 12: a LUN that somebody attaches or detaches is left alone until he is done")
  void atWork() {
    seen().remember(LUN, soon());
    seen().letGo(LUN);
    try (var attach = locks.exclusive(LockNames.volume(LUN), "attach", soon())) {
      pruning().look();
      assertThat(wwids()).content().contains(LUN.text());
    }
    pruning().look();
    assertThat(wwids()).hasContent(OTHERS);
  }

  @Test
  @DisplayName("a LUN that is attached again, or has a map, is remembered until it is detached")
  void attachedAgain() {
    seen().remember(LUN, soon());
    seen().letGo(LUN);
    var lun =
        new Lun(
            new Iqn("iqn.2026-11.dev.braid.lab:pool-lab"),
            List.of(Portal.parse("10.77.1.11:3260,1")),
            new LunNumber(7),
            LUN);
    steps.run("note", step -> known().note(step, lun));
    pruning().look();
    assertThat(wwids()).content().contains(LUN.text());

    steps.run("forget", step -> known().forget(step, LUN));
    mapped = true;
    pruning().look();
    assertThat(wwids()).content().contains(LUN.text());

    mapped = false;
    pruning().look();
    assertThat(wwids()).hasContent(OTHERS);
  }

  @Test
  @DisplayName("the notes of LUNs that are gone are no LUNs that are attached")
  void besideTheKnown() {
    seen().remember(LUN, soon());
    seen().letGo(LUN);
    assertThat(known().all()).isEmpty();
    assertThat(known().has(LUN)).isFalse();
  }

  private Pruning pruning() {
    return new Pruning(gone(), seen(), known(), wwid -> mapped, locks, steps);
  }

  private Seen seen() {
    return new Seen(folder.resolve("multipath"), gone(), steps);
  }

  private GoneLuns gone() {
    return new GoneLuns(folder.resolve("luns/gone"));
  }

  private KnownLuns known() {
    return new KnownLuns(folder.resolve("luns"));
  }

  private Path wwids() {
    return folder.resolve("multipath/wwids");
  }

  private Path bindings() {
    return folder.resolve("multipath/bindings");
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(5));
  }
}
