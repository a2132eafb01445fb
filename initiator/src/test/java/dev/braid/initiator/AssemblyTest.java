package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.linux.DeviceNumber;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the paths are there already, on a host that is made up. */
class AssemblyTest {

  /** In the map's table, and a device no more. */
  private static final DeviceNumber GONE = new DeviceNumber(8, 48);

  @TempDir Path host;
  private TwoPaths lun;
  private Wiring braid;

  @BeforeEach
  void lun() {
    lun = new TwoPaths(host);
    braid = new Wiring(lun);
  }

  @Test
  @DisplayName("a LUN whose map has its paths is attached")
  void attached() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    assertThat(assemble()).isEqualTo(new Attached(TwoPaths.WWID, Path.of("/dev/dm-7"), 2, 1 << 20));
  }

  @Test
  @DisplayName("rule 3: a map with a path that is another LUN is never used")
  void holdsAnother() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    lun.lose(2);
    lun.isLun(2, TwoPaths.OTHER);
    assertThatThrownBy(this::assemble)
        .isInstanceOf(WrongDevice.class)
        .hasMessageContainingAll("mpatha", "2:0:0:7", "another LUN");
  }

  @Test
  @DisplayName(
      "rule 3: also where its session was lost at first, and the kernel keeps it as the LUN")
  void cameBackAsAnother() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    lun.lose(2);
    Portals.Way first = braid.way();
    lun.comesBack(2);
    lun.says.put(2, TwoPaths.OTHER);
    assertThatThrownBy(() -> assemble(first))
        .isInstanceOf(WrongDevice.class)
        .hasMessageContainingAll("mpatha", "2:0:0:7", TwoPaths.OTHER.text());
    lun.says.clear();
    assertThat(assemble(first).paths()).isEqualTo(2);
  }

  @Test
  @DisplayName("a silent path in the map counts, if the kernel keeps it as the LUN; one gone not")
  void silentPath() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC, GONE);
    lun.lose(2);
    assertThat(assemble().paths()).isEqualTo(2);
  }

  @Test
  @DisplayName("rule 3: paths that differ in size are never mixed")
  void sizesDiffer() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    lun.sectors(2, "sdc", 4096);
    assertThatThrownBy(this::assemble)
        .isInstanceOf(WrongDevice.class)
        .hasMessageContainingAll("do not agree on its size", "1048576 bytes", "2097152 bytes");
  }

  @Test
  @DisplayName("rule 3: a map that is not as large as its paths is never used")
  void mapSmaller() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    lun.map.sectors = 1024;
    assertThatThrownBy(this::assemble)
        .isInstanceOf(KernelRefused.class)
        .hasMessageContainingAll("mpatha", "524288 bytes", "1048576");
  }

  @Test
  @DisplayName("rule 18: a map that turned read-only is never used, and what to do is said")
  void readOnly() {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    lun.map.isReadOnly = true;
    assertThatThrownBy(this::assemble)
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("mpatha", "is read-only", "end the pods");
  }

  @Test
  @DisplayName(
      "rule 18: a path that is write-protected, beside a map that is in use without it, is left out;"
          + " as the only one, and in the map, it is refused")
  void writeProtected() {
    lun.writeProtect("sdc");
    lun.map.holds(TwoPaths.SDB);
    assertThat(again().paths()).isEqualTo(1);
    assertThatThrownBy(this::assemble).as("as a path that is to join").isInstanceOf(Refused.class);
    lun.lose(1);
    assertThatThrownBy(this::again)
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll("write-protected", "2:0:0:7");
    lun.comesBack(1);
    lun.map.looks.clear();
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    assertThatThrownBy(this::again).isInstanceOf(Refused.class);
  }

  private Attached again() {
    return braid
        .assembly()
        .again(TwoPaths.LUN, Hold.ofNothing(), braid.way(), Deadline.after(Duration.ofSeconds(10)));
  }

  private Attached assemble() {
    return assemble(braid.way());
  }

  private Attached assemble(Portals.Way way) {
    return braid
        .assembly()
        .assemble(TwoPaths.LUN, Hold.ofNothing(), way, Deadline.after(Duration.ofSeconds(10)));
  }
}
