package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadinessTest {

  private static final String HEADER = "Num       RefCount Protocol Flags    Type St Inode Path\n";
  private static final String ISCSID =
      "0000000000000000: 00000002 00000000 00010000 0001 01 1 @ISCSIADM_ABSTRACT_NAMESPACE\n";
  private static final String MULTIPATHD =
      "0000000000000000: 00000002 00000000 00010000 0001 01 2"
          + " @/org/kernel/linux/storage/multipathd\n";

  @TempDir Path folder;

  @Test
  void saysWhatIsMissing() throws IOException {
    assertThat(missing(HEADER + ISCSID + MULTIPATHD)).isEmpty();
    assertThat(missing(HEADER + ISCSID)).singleElement().asString().contains("multipathd");
    assertThat(missing(HEADER + MULTIPATHD)).singleElement().asString().contains("open-iscsi");
  }

  private java.util.List<String> missing(String sockets) throws IOException {
    return new Readiness(Files.writeString(folder.resolve("unix"), sockets)).missing();
  }
}
