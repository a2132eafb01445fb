package dev.braid.linux.uevent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.DeviceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UdevDatabaseTest {

  @TempDir Path run;

  @Test
  @DisplayName("a property that udev wrote down; nothing of a device that it has not been through")
  void reads() throws IOException {
    Files.createDirectories(run.resolve("data"));
    Files.writeString(
        run.resolve("data/b8:16"), "S:disk/by-id/x\nI:12345\nE:ID_SERIAL=36001405abc\nG:systemd\n");

    var database = new UdevDatabase(run);

    assertThat(database.property(new DeviceNumber(8, 16), "ID_SERIAL")).contains("36001405abc");
    assertThat(database.property(new DeviceNumber(8, 16), "ID_SERIAL_SHORT")).isEmpty();
    assertThat(database.property(new DeviceNumber(8, 32), "ID_SERIAL")).isEmpty();
  }
}
