package dev.braid.e2e.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.e2e.lab.InLab;
import dev.braid.e2e.lab.Machine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The signed writer in a machine, on its own disk: what later tests believe it for. */
@InLab
class SignedWriterLabTest {

  private static final String FOLDER = "/var/tmp/signed";

  private final VolumeId volume = VolumeId.parse("gold/0123456789abcdef012345678");
  private final Machine node1;

  SignedWriterLabTest(Machine node1) {
    this.node1 = node1;
  }

  @BeforeEach
  void folder() {
    node1.run("mkdir -p " + FOLDER);
  }

  @AfterEach
  void removeFolder() {
    node1.run("rm -rf " + FOLDER);
  }

  @Test
  @DisplayName(
      "What a writer acknowledged is read back; one record damaged behind its back is found")
  void acknowledgedIsRead() {
    Writing writing = Writing.to(volume, FOLDER + "/records").once(8 << 20);
    try (var writer = WriterSession.start(node1, writing)) {
      writer.acks().awaitCount(300, Deadline.after(Duration.ofSeconds(60)));
      Verdict verdict = writer.stopAndReadBack();

      verdict.throwUnlessHolds();
      assertThat(verdict.acked()).isEqualTo(writer.acks().count());
      assertThat(writer.acks().rate()).as("acknowledgements a second").isGreaterThan(10);

      node1.run("dd if=/dev/zero of=" + FOLDER + "/records bs=512 seek=85 count=1 conv=notrunc");
      Verdict damaged = WriterSession.readBack(node1, writing).compare(List.of(writer.acks()));
      assertThat(damaged.lost()).containsExactly(10L);
      assertThat(damaged.unexplained()).hasSize(1);
    }
  }

  @Test
  @DisplayName(
      "A block device; a writer that is killed loses nothing that it acknowledged; another goes on")
  void killed() {
    String device =
        node1.run(
            "modprobe loop && truncate -s 4M "
                + FOLDER
                + "/disk && losetup --find --show --direct-io=on "
                + FOLDER
                + "/disk");
    Writing whole = Writing.to(volume, device).ring(4 << 20);
    try (var first = WriterSession.start(node1, whole)) {
      first.acks().awaitCount(100, Deadline.after(Duration.ofSeconds(60)));
      node1.run("pkill -KILL -f SignedWrite[r]");
      first.awaitEnd();

      try (var second = WriterSession.start(node1, whole, first.acks().next())) {
        second.acks().awaitCount(100, Deadline.after(Duration.ofSeconds(60)));
        second.stop();
        Verdict verdict =
            WriterSession.readBack(node1, whole).compare(List.of(first.acks(), second.acks()));
        verdict.throwUnlessHolds();
        assertThat(verdict.acked()).isGreaterThanOrEqualTo(200);
      }
    } finally {
      node1.run("losetup -d " + device);
    }
  }
}
