package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.LunNumber;
import dev.braid.base.error.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LunLimitTest {

  @TempDir Path sysfs;

  @Test
  @DisplayName("a LUN number that this kernel does not take is refused, with the setting to change")
  void beyond() throws IOException {
    maxLun("512\n");
    var limit = new LunLimit(sysfs);
    assertThatCode(() -> limit.check(new LunNumber(511))).doesNotThrowAnyException();
    assertThatThrownBy(() -> limit.check(new LunNumber(512)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("iscsi_tcp")
        .hasMessageContaining("max_lun")
        .hasMessageContaining("512");
  }

  @Test
  @DisplayName("today's kernels take every number, and a module that is not loaded says nothing")
  void all() throws IOException {
    var limit = new LunLimit(sysfs);
    assertThatCode(() -> limit.check(new LunNumber(LunNumber.MAX))).doesNotThrowAnyException();
    maxLun("4294967295\n");
    assertThatCode(() -> limit.check(new LunNumber(LunNumber.MAX))).doesNotThrowAnyException();
  }

  private void maxLun(String value) throws IOException {
    Path folder = Files.createDirectories(sysfs.resolve("module/iscsi_tcp/parameters"));
    Files.writeString(folder.resolve("max_lun"), value);
  }
}
