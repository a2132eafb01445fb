package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Iqn;
import dev.braid.base.error.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitiatorNameTest {

  @TempDir Path folder;

  private Iqn read(String text) throws IOException {
    return InitiatorName.read(Files.writeString(folder.resolve("initiatorname.iscsi"), text));
  }

  @Test
  @DisplayName("the name is found among comments, as Debian writes them")
  void found() throws IOException {
    assertThat(
            read(
                """
                ## DO NOT EDIT OR REMOVE THIS FILE!
                #InitiatorName=iqn.2000-01.old:name
                InitiatorName=iqn.1993-08.org.debian:01:0123456789ab
                """))
        .isEqualTo(new Iqn("iqn.1993-08.org.debian:01:0123456789ab"));
  }

  @Test
  @DisplayName("F2: no file, no name, two names, a name LIO would not find: each says what to do")
  void wrong() {
    assertThatThrownBy(() -> InitiatorName.read(folder.resolve("none")))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("open-iscsi");
    assertThatThrownBy(() -> read("GenerateName=yes\n"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("want one");
    assertThatThrownBy(() -> read("InitiatorName=iqn.2000-01.a:b\nInitiatorName=iqn.2000-01.a:c\n"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("want one");
    assertThatThrownBy(() -> read("InitiatorName=iqn.2000-01.a:B\n"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("lower case");
  }
}
