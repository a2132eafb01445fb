package dev.braid.linux.dm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.libc.Abi.Dm;
import dev.braid.linux.libc.Abi.DmIoctl;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DmAnswersTest {

  private static final Wwid WWID = Wwid.of(new Serial("0123456789abcdef012345678"));
  private static final String TABLE =
      "2 queue_if_no_path retain_attached_hw_handler 1 alua 2 1 service-time 0 1 2 8:16 1 1"
          + " service-time 0 1 2 8:32 1 1 ";

  @Test
  @DisplayName("rule 3: a silent LUN's map still says by its UUID whose it is")
  void device() {
    try (var answer = answer(4096)) {
      answer.setLong(DmIoctl.DEV, new DeviceNumber(253, 300).toDev());
      answer.setInt(DmIoctl.OPEN_COUNT, 2);
      answer.setInt(DmIoctl.FLAGS, Dm.DM_SUSPEND_FLAG | Dm.DM_ACTIVE_PRESENT_FLAG);
      put(answer, DmIoctl.NAME, "mpatha");
      put(answer, DmIoctl.UUID, "mpath-" + WWID);
      DmDevice map = DmAnswers.device(answer);
      assertThat(map)
          .isEqualTo(
              new DmDevice(
                  new DeviceNumber(253, 300), "mpatha", "mpath-" + WWID, 2, true, false, true));
      assertThat(map.wwid()).contains(WWID);
      assertThat(map.node()).hasToString("/dev/dm-300");
    }
  }

  @Test
  @DisplayName("rule 16: other people's maps have no WWID of ours")
  void foreign() {
    for (String uuid : List.of("", "LVM-abc", "mpath-35000c500a1b2c3d4", "part1-mpath-" + WWID)) {
      assertThat(map(uuid).wwid()).as(uuid).isEmpty();
    }
  }

  @Test
  void list() {
    try (var answer = answer(4096)) {
      long at = DmIoctl.SIZE;
      answer.setLong(at, new DeviceNumber(253, 0).toDev());
      answer.setInt(at + 8, 32);
      put(answer, at + 12, "mpatha");
      answer.setLong(at + 32, new DeviceNumber(253, 1).toDev());
      put(answer, at + 32 + 12, "vg-root");
      assertThat(DmAnswers.names(answer))
          .containsExactly(
              new DeviceMapper.Named(new DeviceNumber(253, 0), "mpatha"),
              new DeviceMapper.Named(new DeviceNumber(253, 1), "vg-root"));
    }
  }

  @Test
  void emptyList() {
    try (var answer = answer(4096)) {
      assertThat(DmAnswers.names(answer)).isEmpty();
    }
  }

  @Test
  @DisplayName("the distance to the next target is counted from the first")
  void targets() {
    try (var answer = answer(4096)) {
      answer.setInt(DmIoctl.TARGET_COUNT, 3);
      target(answer, 0, 0, 100, 64, "linear", "8:16 0");
      target(answer, 64, 100, 50, 128, "error", "");
      target(answer, 128, 150, 1, 192, "linear", "8:32 7");
      assertThat(DmAnswers.targets(answer))
          .containsExactly(
              new DmTarget(0, 100, "linear", "8:16 0"),
              new DmTarget(100, 50, "error", ""),
              new DmTarget(150, 1, "linear", "8:32 7"));
    }
  }

  @Test
  void dependencies() {
    try (var answer = answer(4096)) {
      answer.setInt(DmIoctl.SIZE, 2);
      answer.setLong(DmIoctl.SIZE + 8L, new DeviceNumber(8, 16).toDev());
      answer.setLong(DmIoctl.SIZE + 16L, new DeviceNumber(65, 4097).toDev());
      assertThat(DmAnswers.dependencies(answer))
          .containsExactly(new DeviceNumber(8, 16), new DeviceNumber(65, 4097));
    }
  }

  @Test
  void multipathTable() {
    var table = MultipathTable.parse(TABLE);
    assertThat(table.queueing()).isTrue();
    assertThat(table.paths()).containsExactly(new DeviceNumber(8, 16), new DeviceNumber(8, 32));
    assertThat(MultipathTable.parse("0 0 1 1 service-time 0 1 2 8:16 1 1").queueing()).isFalse();
    assertThat(MultipathTable.parse("0 0 0 0").paths()).isEmpty();
  }

  @Test
  void multipathStatus() {
    var status = MultipathStatus.parse("2 0 0 0 2 1 A 0 1 2 8:16 A 0 0 1 E 0 1 2 8:32 F 3 0 1 ");
    assertThat(status.active())
        .containsEntry(new DeviceNumber(8, 16), true)
        .containsEntry(new DeviceNumber(8, 32), false);
    assertThat(status.activePaths()).isEqualTo(1);
  }

  @Test
  @DisplayName("a line that is cut or of another form is refused, not half read")
  void unreadable() {
    String whole = TABLE.strip();
    for (int end = 0; end < whole.length(); end = whole.indexOf(' ', end + 1)) {
      if (end < 0) {
        break;
      }
      String cut = whole.substring(0, end);
      assertThatThrownBy(() -> MultipathTable.parse(cut)).as(cut).isInstanceOf(KernelRefused.class);
    }
  }

  @Test
  @DisplayName("a request names its map by UUID where there is one, so that no other answers")
  void request() {
    try (var buffer =
        DmControl.request(4096, DmControl.Address.of(map("mpath-" + WWID)), 5, new byte[] {7})) {
      assertThat(buffer.getString(DmIoctl.UUID)).isEqualTo("mpath-" + WWID);
      assertThat(buffer.getString(DmIoctl.NAME)).isEmpty();
      assertThat(buffer.getInt(DmIoctl.FLAGS)).isEqualTo(5);
      assertThat(buffer.getInt(DmIoctl.DATA_SIZE)).isEqualTo(4096);
      assertThat(buffer.getByte(DmIoctl.SIZE)).isEqualTo((byte) 7);
    }
  }

  private static DmDevice map(String uuid) {
    return new DmDevice(new DeviceNumber(253, 0), "mpatha", uuid, 0, false, false, true);
  }

  private static Memory answer(int size) {
    var answer = new Memory(size);
    answer.clear();
    answer.setInt(DmIoctl.DATA_START, DmIoctl.SIZE);
    return answer;
  }

  private static void target(
      Memory answer, int offset, long start, long length, int next, String type, String text) {
    long at = DmIoctl.SIZE + offset;
    answer.setLong(at, start);
    answer.setLong(at + 8, length);
    answer.setInt(at + 20, next);
    put(answer, at + 24, type);
    put(answer, at + 40, text);
  }

  private static void put(Memory answer, long offset, String text) {
    answer.setString(offset, text, StandardCharsets.US_ASCII.name());
  }
}
