package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.proc.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppedIscsidTest {

  @TempDir Path proc;

  @Test
  @DisplayName("an iscsid that listens and is stopped is named; one that sleeps is as it should be")
  void stopped() throws IOException {
    var iscsid = new StoppedIscsid(new Programs(proc));
    iscsid.look();
    assertThat(iscsid.found()).as("systemd starts it when it is asked").isEmpty();

    process("S (sleeping)");
    iscsid.look();
    assertThat(iscsid.found()).isEmpty();

    process("T (stopped)");
    iscsid.look();
    assertThat(iscsid.found()).singleElement().asString().contains("iscsid", "kill -CONT 700");
  }

  private void process(String state) throws IOException {
    Path folder = Files.createDirectories(proc.resolve("700"));
    Files.writeString(folder.resolve("comm"), "iscsid\n");
    Files.writeString(folder.resolve("cmdline"), "/sbin/iscsid\0");
    Files.writeString(folder.resolve("status"), "Name:\tiscsid\nState:\t" + state + "\n");
  }
}
