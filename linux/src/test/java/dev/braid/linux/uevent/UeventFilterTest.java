package dev.braid.linux.uevent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.libc.Abi.Bpf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UeventFilterTest {

  private static final byte[] MAP_CHANGED =
      text("change@/devices/virtual/block/dm-10\0ACTION=change\0");
  private static final byte[] MAP_ADDED = text("add@/devices/virtual/block/dm-10\0ACTION=add\0");
  private static final byte[] DISK_CHANGED =
      text("change@/devices/platform/host2/block/sdb\0ACTION=change\0");

  @Test
  @DisplayName("a listener for maps is woken by a changed map, and by no disk, nor by udev")
  void maps() {
    var filter = new UeventFilter().kernel("change@/devices/virtual/block/dm");

    assertThat(takes(filter, MAP_CHANGED)).isTrue();
    assertThat(takes(filter, MAP_ADDED)).isFalse();
    assertThat(takes(filter, DISK_CHANGED)).isFalse();
    assertThat(takes(filter, udev(0xf0031db7))).isFalse();
    assertThat(takes(filter, text("change@"))).isFalse();
  }

  @Test
  @DisplayName("a listener for maps and blocks is also woken by what udev has done with a disk")
  void mapsAndBlocks() {
    var filter = new UeventFilter().kernel("change@/devices/virtual/block/dm").udevBlocks();

    assertThat(takes(filter, MAP_CHANGED)).isTrue();
    assertThat(takes(filter, udev(0xf0031db7))).isTrue();
    assertThat(takes(filter, udev(0x12345678))).isFalse();
    assertThat(takes(filter, DISK_CHANGED)).isFalse();
  }

  private static byte[] udev(int subsystem) {
    return ByteBuffer.allocate(60)
        .put(text("libudev\0"))
        .putInt(0xfeedcafe)
        .put(new byte[12])
        .putInt(subsystem)
        .array();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** As the kernel runs it: a word past the end of the message drops it. */
  private static boolean takes(UeventFilter filter, byte[] message) {
    List<UeventFilter.Instruction> program = filter.program();
    int word = 0;
    int next = 0;
    while (true) {
      UeventFilter.Instruction step = program.get(next++);
      switch (step.code()) {
        case Bpf.BPF_LD | Bpf.BPF_W | Bpf.BPF_ABS -> {
          if (step.operand() + Integer.BYTES > message.length) {
            return false;
          }
          word = ByteBuffer.wrap(message).getInt(step.operand());
        }
        case Bpf.BPF_JMP | Bpf.BPF_JEQ | Bpf.BPF_K ->
            next += word == step.operand() ? step.ifTrue() : step.ifFalse();
        case Bpf.BPF_RET | Bpf.BPF_K -> {
          return step.operand() != 0;
        }
        default -> throw new AssertionError("not a step of ours: " + step);
      }
    }
  }
}
