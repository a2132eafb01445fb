package dev.braid.e2e.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedRecordsTest {

  private static final int SECTOR = 512;

  @TempDir private Path folder;
  private Bench bench;

  @BeforeEach
  void place() {
    bench = new Bench(folder.resolve("records"), 16);
  }

  @Test
  @DisplayName("What was acknowledged is read: any number of records, once round or more")
  void ackedIsRead() {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      long slots = 1 + random.nextInt(40);
      long first = random.nextInt(100);
      int count = 1 + random.nextInt(100);
      var one = new Bench(folder.resolve("run" + i), slots);
      AckLog log = one.write(first, count);

      Verdict verdict = one.verdict(log);

      assertThat(verdict.holds()).as("seed %s, run %s: %s", seed, i, verdict).isTrue();
      assertThat(log.count()).isEqualTo(count);
      assertThat(verdict.read()).isEqualTo(Math.min(slots, count));
      assertThat(one.read().signed().last()).isEqualTo(first + count - 1);
    }
  }

  @Test
  @DisplayName("A second node that goes on where the first one stopped continues one history")
  void handedOver() {
    AckLog one = bench.write(0, 5);
    AckLog two = bench.write(Bench.VOLUME, "node2", bench.key, one.next(), 6);

    assertThat(bench.read().signed()).hasToString("0-10");
    assertThat(bench.verdict(one, two).holds()).isTrue();
  }

  @Test
  @DisplayName("A record of which one sector did not arrive is torn, whichever sector it is")
  void torn() {
    for (int sector = 0; sector < RecordFormat.BYTES / SECTOR; sector++) {
      var one = new Bench(folder.resolve("torn" + sector), 16);
      AckLog log = one.write(0, 20);
      long at = 3 * RecordFormat.BYTES + (long) sector * SECTOR;
      byte[] newer = one.bytes(3 * RecordFormat.BYTES, RecordFormat.BYTES);
      one.write(3, 1);
      byte[] older = one.bytes(at, SECTOR);
      one.put(3 * RecordFormat.BYTES, newer);
      one.put(at, older);

      assertThat(one.read().count("torn")).as("sector %s", sector).isEqualTo(1);
      Verdict verdict = one.verdict(log);
      assertThat(verdict.lost()).containsExactly(3L, 19L);
      assertThat(verdict.unexplained()).hasSize(1);
    }
  }

  @Test
  @DisplayName("The record that was on its way when the writer ended may be torn or there")
  void onItsWay() {
    AckLog log = bench.write(0, 5);
    bench.write(5, 1);
    assertThat(bench.verdict(log).holds()).isTrue();

    bench.put(5 * RecordFormat.BYTES, new byte[SECTOR]);

    assertThat(bench.read().count("torn")).isEqualTo(1);
    assertThat(bench.verdict(log).holds()).isTrue();
    bench.write(6, 1);
    bench.put(6 * RecordFormat.BYTES, new byte[SECTOR]);
    assertThat(bench.verdict(log).unexplained()).hasSize(1);
  }

  @Test
  @DisplayName("An acknowledged record that is blank, or an older one again, is lost")
  void lost() {
    AckLog one = bench.write(0, 16);
    byte[] old = bench.bytes(2 * RecordFormat.BYTES, RecordFormat.BYTES);
    AckLog two = bench.write(16, 16);
    bench.put(2 * RecordFormat.BYTES, old);
    bench.put(7 * RecordFormat.BYTES, new byte[RecordFormat.BYTES]);

    Verdict verdict = bench.verdict(one, two);

    assertThat(verdict.lost()).containsExactly(7L, 18L, 23L);
    assertThatThrownBy(verdict::throwUnlessHolds)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("3 acknowledged records are missing: 7,18,23");
  }

  @Test
  @DisplayName(
      "A record of another volume, of a node that has no business here, or of another test")
  void foreign() {
    bench.write(0, 3);
    bench.write("gold/fedcba9876543210fedcba987", "node1", bench.key, 3, 1);
    bench.write(Bench.VOLUME, "node2", bench.key, 4, 1);
    bench.write(Bench.VOLUME, "node1", SigningKey.random(), 5, 1);

    ReadBack found = bench.read(bench.key, Set.of("node1"));

    assertThat(found.signed()).hasToString("0-2");
    assertThat(found.bad())
        .extracting(ReadBack.Bad::toString)
        .satisfiesExactly(
            volume -> assertThat(volume).contains("slot 3: foreign", "gold/fedcba"),
            node -> assertThat(node).contains("slot 4: foreign", "node2"),
            key -> assertThat(key).contains("slot 5: foreign", "another key"));
  }

  @Test
  @DisplayName("With the wrong key no record counts")
  void wrongKey() {
    bench.write(0, 4);

    ReadBack found = bench.read(SigningKey.random(), null);

    assertThat(found.signed().isEmpty()).isTrue();
    assertThat(found.count("foreign")).isEqualTo(4);
  }

  @Test
  @DisplayName("A whole record that lies elsewhere than it was written for is misplaced")
  void misplaced() {
    AckLog log = bench.write(0, 4);
    bench.put(9 * RecordFormat.BYTES, bench.bytes(RecordFormat.BYTES, RecordFormat.BYTES));

    assertThat(bench.read().count("misplaced")).isEqualTo(1);
    assertThat(bench.verdict(log).holds()).isFalse();
  }

  @Test
  @DisplayName("Somebody else's data is not taken for blank")
  void notARecord() {
    bench.write(0, 2);
    bench.put(2 * RecordFormat.BYTES, new byte[RecordFormat.BYTES]);
    bench.put(2 * RecordFormat.BYTES + 4000, new byte[] {1});

    assertThat(bench.read().count("torn")).isEqualTo(1);
    assertThat(bench.read().blank()).isZero();
  }

  @Test
  @DisplayName("A reader's report that breaks off is refused")
  void brokenOff() {
    bench.write(0, 2);
    List<String> lines = bench.read().lines();

    assertThatThrownBy(() -> ReadBack.parse(lines.subList(0, lines.size() - 1)))
        .hasMessageContaining("whole report");
  }

  @Test
  @DisplayName("Sequences join into runs whatever the order they come in")
  void sequences() {
    var all = new Sequences();
    List.of(5L, 1L, 2L, 9L, 4L, 3L, 9L, 11L, 10L).forEach(all::add);

    assertThat(all).hasToString("1-5,9-11").isEqualTo(Sequences.parse("1-5,9-11"));
    assertThat(all.count()).isEqualTo(8);
    assertThat(all.toList()).containsExactly(1L, 2L, 3L, 4L, 5L, 9L, 10L, 11L);
    assertThat(all.contains(6)).isFalse();
    assertThat(Sequences.parse("").isEmpty()).isTrue();
  }
}
