package dev.braid.linux.uevent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UeventTest {

  private static final String FIELDS =
      "ACTION=add\0DEVPATH=/devices/platform/host2/block/sdb\0SUBSYSTEM=block\0DEVNAME=/dev/sdb\0";

  @Test
  @DisplayName("the kernel's form: a headline, then the properties")
  void kernel() {
    byte[] message = bytes("add@/devices/platform/host2/block/sdb\0" + FIELDS);

    var event = Uevent.parse(message, message.length).orElseThrow();

    assertThat(event.source()).isEqualTo(Uevent.Source.KERNEL);
    assertThat(event.action()).isEqualTo("add");
    assertThat(event.subsystem()).isEqualTo("block");
    assertThat(event.devpath()).endsWith("/block/sdb");
  }

  @Test
  @DisplayName("udev's form: a binary header that says where the properties are")
  void udev() {
    byte[] message = udev(0xfeedcafe, 40, FIELDS.length());

    var event = Uevent.parse(message, message.length).orElseThrow();

    assertThat(event.source()).isEqualTo(Uevent.Source.UDEV);
    assertThat(event.action()).isEqualTo("add");
    assertThat(event.subsystem()).isEqualTo("block");
    assertThat(event.devpath()).endsWith("/block/sdb");
  }

  @Test
  @DisplayName("an event may name its properties in any order, and have no subsystem")
  void anyOrder() {
    byte[] message = bytes("x@/y\0SEQNUM=7\0SUBSYSTEMS=no\0DEVPATH=/devices/sdc\0ACTION=change");

    var event = Uevent.parse(message, message.length).orElseThrow();

    assertThat(event.action()).isEqualTo("change");
    assertThat(event.devpath()).isEqualTo("/devices/sdc");
    assertThat(event.subsystem()).isEmpty();
  }

  @Test
  @DisplayName("what is broken, foreign or lies about its length is no event")
  void broken() {
    for (byte[] message :
        new byte[][] {
          {},
          bytes("hello"),
          bytes("@\0\0"),
          bytes("libudev\0"),
          udev(0x12345678, 40, FIELDS.length()),
          udev(0xfeedcafe, 40, Integer.MAX_VALUE),
          udev(0xfeedcafe, -1, 10),
          udev(0xfeedcafe, 4000, 1),
        }) {
      assertThat(Uevent.parse(message, message.length)).isEmpty();
    }
  }

  private static byte[] udev(int magic, int at, int size) {
    var buffer = ByteBuffer.allocate(40 + FIELDS.length());
    buffer.put(bytes("libudev\0")).order(ByteOrder.BIG_ENDIAN).putInt(magic);
    buffer.order(ByteOrder.nativeOrder()).putInt(40).putInt(at).putInt(size);
    buffer.position(40);
    return buffer.put(bytes(FIELDS)).array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
