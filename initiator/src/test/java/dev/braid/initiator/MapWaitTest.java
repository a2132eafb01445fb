package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.initiator.Maps.Made;
import dev.braid.linux.uevent.UeventSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a host that is made up, and tells of nothing: each look is one after another's time. */
class MapWaitTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration A_MOMENT = Duration.ofMillis(300);

  @TempDir Path host;
  private TwoPaths lun;

  @BeforeEach
  void lun() {
    lun = new TwoPaths(host);
  }

  @Test
  @DisplayName("a map with every path is had at once, whatever udev has said")
  void whole() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    assertThat(await(SOON).paths()).containsExactly(TwoPaths.SDB, TwoPaths.SDC);
  }

  @Test
  @DisplayName("a map is waited for until it has the second path too")
  void second() {
    lun.map.holds(TwoPaths.SDB);
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    assertThat(await(SOON).paths()).contains(TwoPaths.SDC);
  }

  @Test
  @DisplayName("F29: a path that is lost before it is in the map is not waited for")
  void lostMeanwhile() {
    lun.map.holds(TwoPaths.SDB);
    lun.lose(2);
    assertThat(await(SOON).paths()).containsExactly(TwoPaths.SDB);
  }

  @Test
  @DisplayName("rule 3: a device that is another LUN by now is no path to wait for")
  void anotherMeanwhile() {
    lun.map.holds(TwoPaths.SDB);
    lun.isLun(2, TwoPaths.OTHER);
    assertThat(await(SOON).paths()).containsExactly(TwoPaths.SDB);
  }

  @Test
  @DisplayName("a map that is suspended takes no I/O yet, and is not ready")
  void suspended() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    lun.map.isSuspended = true;
    assertThatThrownBy(() -> await(A_MOMENT)).isInstanceOf(DeadlinePassed.class);
  }

  @Test
  @DisplayName("F29: that every path is lost before there is a map is said so")
  void allLost() {
    lun.lose(1);
    lun.lose(2);
    assertThatThrownBy(() -> await(A_MOMENT))
        .isInstanceOf(NoPath.class)
        .hasMessageContainingAll("was lost before there was a map", "sdb", "sdc");
  }

  @Test
  @DisplayName("F28: where udev is not through with a path in time, it is udev that is named")
  void udevSilent() {
    lun.udevTells(TwoPaths.SDB);
    assertThatThrownBy(() -> await(until(() -> isAnnounced("sdc"))))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContainingAll("udev", "does it run?");
    assertThat(lun.uevent("sdc")).as("its event may have been lost").hasContent("add");
    assertThat(lun.uevent("sdb")).isEmptyFile();
  }

  @Test
  @DisplayName("F37: while udev has events before it, it is not told of a path once more")
  void udevBehind() {
    lun.udevBusy();
    assertThatThrownBy(() -> await(A_MOMENT)).isInstanceOf(DeadlinePassed.class);
    assertThat(lun.uevent("sdc")).isEmptyFile();
  }

  @Test
  @DisplayName("F28: where udev has told of the paths, and no map comes, multipathd is named")
  void multipathdSilent() {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    assertThatThrownBy(() -> await(A_MOMENT))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContainingAll("multipathd made no map", TwoPaths.WWID.text(), "sdb", "sdc");
  }

  @Test
  @DisplayName("F37: multipathd is not told of paths while events from before them wait with it")
  void behind() throws Exception {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    var asked = new AtomicInteger();
    try (var multipathd =
        new FakeMultipathd(lun.multipathdSocket()) {
          @Override
          boolean behind() {
            asked.incrementAndGet();
            return true;
          }
        }) {
      assertThatThrownBy(() -> await(until(() -> asked.get() > 1)))
          .isInstanceOf(DeadlinePassed.class)
          .hasMessageContaining("behind with the events of other devices");
      assertThat(multipathd.told).isEmpty();
    }
  }

  @Test
  @DisplayName("F27: multipathd at rest that has made no map is told of the paths, and makes it")
  void told() throws Exception {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    try (var multipathd = lun.mapsAt("add map " + TwoPaths.WWID)) {
      assertThat(await(SOON).paths()).hasSize(2);
      assertThat(multipathd.told)
          .containsExactly(
              "del path sdb",
              "add path sdb",
              "del path sdc",
              "add path sdc",
              "add map " + TwoPaths.WWID);
    }
  }

  @Test
  @DisplayName("F37: what multipathd could not do in time it is told once more")
  void toldAgain() throws Exception {
    tooBusyFor("add path sdb", List.of("del path sdb", "add path sdb", "del path sdb"));
  }

  @Test
  @DisplayName(
      "F37: where it could not be told to forget a path of this name, it is told of no new one")
  void notForgotten() throws Exception {
    tooBusyFor("del path sdb", List.of("del path sdb", "del path sdb", "add path sdb"));
  }

  /** At the first time. */
  private void tooBusyFor(String late, List<String> begin) throws Exception {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    try (var multipathd =
        new FakeMultipathd(lun.multipathdSocket()) {
          @Override
          String answer(String command) {
            boolean first = !told.contains(command);
            super.answer(command);
            if (command.equals(late) && first) {
              return "timeout\n";
            }
            if (command.startsWith("add map")) {
              lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
            }
            return "ok\n";
          }
        }) {
      assertThat(await(SOON).paths()).hasSize(2);
      assertThat(multipathd.told.subList(0, begin.size())).isEqualTo(begin);
    }
  }

  @Test
  @DisplayName("F37: a path that came into the map meanwhile is left in it")
  void cameMeanwhile() throws Exception {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    try (var multipathd = lun.mapsAt("add path sdb")) {
      assertThat(await(SOON).paths()).hasSize(2);
      assertThat(multipathd.told).containsExactly("del path sdb", "add path sdb");
    }
  }

  @Test
  @DisplayName("rule 3: of a path that is another LUN's to udev multipathd is not told")
  void anotherToUdev() throws Exception {
    assertNotTold(() -> lun.udevTells(TwoPaths.SDC, TwoPaths.OTHER), TwoPaths.OTHER.text());
  }

  @Test
  @DisplayName("F29: of one that comes after such a one it is told")
  void toldOfTheOther() throws Exception {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    try (var multipathd = asking(() -> lun.udevCannotTell(TwoPaths.SDB))) {
      assertThatThrownBy(() -> await(until(() -> isAnnounced("sdb"))))
          .isInstanceOf(DeadlinePassed.class);
      assertThat(multipathd.told).contains("add path sdc").doesNotContain("add path sdb");
    }
  }

  @Test
  @DisplayName("F29: nor of one that is nobody's to udev, as after an outage: udev looks again")
  void nobodysToUdev() throws Exception {
    assertNotTold(() -> lun.udevCannotTell(TwoPaths.SDC), "nobody's");
  }

  /**
   * @param event that comes while multipathd is asked whether it is behind
   */
  private FakeMultipathd asking(Runnable event) {
    return new FakeMultipathd(lun.multipathdSocket()) {
      @Override
      boolean behind() {
        event.run();
        return super.behind();
      }
    };
  }

  /**
   * @param event of sdc, which comes late
   */
  private void assertNotTold(Runnable event, String why) throws Exception {
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    try (var multipathd = asking(event)) {
      assertThatThrownBy(() -> await(until(() -> isAnnounced("sdc"))))
          .isInstanceOf(DeadlinePassed.class)
          .hasMessageContaining("sdc=" + why);
      assertThat(lun.uevent("sdc")).as("udev is to look once more").hasContent("add");
      assertThat(multipathd.told).contains("add path sdb").doesNotContain("add path sdc");
    }
  }

  @Test
  @DisplayName("F27: a map that somebody gave another table is not waited for")
  void wiped() {
    lun.map.isWiped = true;
    lun.map.holds();
    assertThatThrownBy(() -> await(SOON))
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("no multipath table any more", "multipath -r mpatha");
  }

  /** Passes when that has come about, however long it takes: the last thing of a round. */
  private static Deadline until(BooleanSupplier event) {
    Ticker jumping = () -> System.nanoTime() + (event.getAsBoolean() ? SOON.toNanos() : 0);
    return Deadline.after(SOON, jumping);
  }

  /** Whether udev was told of the device anew. */
  private boolean isAnnounced(String device) {
    try {
      return Files.size(lun.uevent(device)) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Made await(Duration patience) {
    return await(Deadline.after(patience));
  }

  private Made await(Deadline deadline) {
    try (var events = UeventSocket.ofMapsAndBlocks()) {
      return new Wiring(lun).mapWait().await(TwoPaths.WWID, lun.names, events, deadline);
    }
  }
}
