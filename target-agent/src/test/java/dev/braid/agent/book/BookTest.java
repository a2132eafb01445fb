package dev.braid.agent.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.OutOfSpace;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BookTest {

  private static final PoolName POOL = new PoolName("fast");
  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:fast");
  private static final NodeName NODE = new NodeName("node1");
  private static final Iqn INITIATOR = new Iqn("iqn.2026-01.dev.braid:node1");
  private static final IntPredicate NONE_TAKEN = n -> false;

  @TempDir Path folder;
  private final Steps steps = Steps.unobserved();
  private final Random random = new Random(1);
  private Book book;

  @BeforeEach
  void open() {
    book = reopen(POOL, TARGET);
  }

  @AfterEach
  void close() {
    book.close();
  }

  private Book reopen(PoolName pool, Iqn target) {
    Path file = folder.resolve("book.db");
    steps.run("begin", step -> Book.begin(step, file, pool, target));
    return steps.<Book, RuntimeException>call("open", step -> Book.open(step, file, pool, target));
  }

  private Volume add(String name) {
    return add(name, NONE_TAKEN);
  }

  private Volume add(String name, IntPredicate hbaTaken) {
    var serial = Serial.random(random);
    return steps.<Volume, RuntimeException>call(
        "add", step -> book.add(step, serial, name, 1 << 20, hbaTaken));
  }

  private Publication publish(Volume volume) {
    return steps.<Publication, RuntimeException>call(
        "publish", step -> book.publish(step, volume.serial(), NODE, INITIATOR, false));
  }

  private void forget(Volume volume) {
    steps.run("forget", step -> book.forget(step, volume.serial()));
  }

  private boolean fenced(Publication publication, LunNumber lun) {
    return steps.<Boolean, RuntimeException>call(
        "fenced", step -> book.fenced(step, publication, lun, Instant.EPOCH));
  }

  private void attest(Serial serial, NodeName node, long generation) {
    attest(serial, node, INITIATOR, generation);
  }

  private void attest(Serial serial, NodeName node, Iqn initiator, long generation) {
    steps.run(
        "attest", step -> book.attest(step, serial, node, initiator, new Generation(generation)));
  }

  @Test
  @DisplayName("Rule 14: what is booked is there after the process has gone")
  void lasts() {
    Volume volume = add("a");
    Publication publication = publish(volume);
    book.close();
    book = reopen(POOL, TARGET);
    assertThat(book.volumes()).containsExactly(volume);
    assertThat(book.publications()).containsExactly(publication);
    assertThat(book.lastGeneration()).isEqualTo(1);
  }

  @Test
  @DisplayName("Rule 8: LUN numbers rotate; a number that came free is not the next one")
  void lunsRotate() {
    Volume first = add("a");
    assertThat(first.lun()).isEqualTo(new LunNumber(1));
    forget(first);
    assertThat(add("b").lun()).isEqualTo(new LunNumber(2));
    book.close();
    book = reopen(POOL, TARGET);
    assertThat(add("c").lun()).as("after a restart too").isEqualTo(new LunNumber(3));
  }

  @Test
  @DisplayName("Rule 8: round the corner, numbers of volumes and of debts are left out")
  void lunsOfVolumesAndDebts() throws SQLException {
    Volume stays = add("stays");
    Volume owed = add("owed");
    fenced(publish(owed), owed.lun());
    forget(owed);
    rotateTo(LunNumber.MAX);
    assertThat(add("next").lun()).as("1 is a volume's, 2 is owed").isEqualTo(new LunNumber(3));
    attest(owed.serial(), NODE, 1);
    rotateTo(LunNumber.MAX);
    assertThat(add("then").lun()).as("no longer owed").isEqualTo(owed.lun());
    assertThat(stays.lun()).isEqualTo(new LunNumber(1));
  }

  @Test
  @DisplayName("Rule 8: with every number taken there is no room")
  void noLunLeft() throws SQLException {
    try (var db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("book.db"));
        var fill =
            db.prepareStatement("INSERT INTO debt VALUES (?, 'n', 'iqn.2026-01.x', ?, 1, ?)")) {
      db.setAutoCommit(false);
      for (int lun = LunNumber.MIN; lun <= LunNumber.MAX; lun++) {
        fill.setString(1, "s" + lun);
        fill.setInt(2, lun);
        fill.setString(3, Instant.EPOCH.toString());
        fill.addBatch();
      }
      fill.executeBatch();
      db.commit();
    }
    assertThatThrownBy(() -> add("a")).isInstanceOf(OutOfSpace.class);
  }

  private void rotateTo(int lun) throws SQLException {
    try (var db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("book.db"));
        var update = db.createStatement()) {
      update.execute("UPDATE pool SET last_lun = " + lun);
    }
  }

  @Test
  @DisplayName("Rules 2 and 16: iblock_N has the LUN's number, unless somebody else has it")
  void hba() {
    assertThat(add("a").hba()).isEqualTo(1);
    assertThat(add("b", n -> n == 2).hba()).isEqualTo(2 + LunNumber.MAX);
    assertThat(add("c").hba()).isEqualTo(3);
  }

  @Test
  @DisplayName("Rule 7: generations of a pool never come back, not even with a new volume")
  void generations() {
    Volume volume = add("a");
    Publication first = publish(volume);
    steps.run("withdrawn", step -> book.withdrawn(step, first));
    assertThat(publish(volume).generation()).isEqualTo(new Generation(2));
    assertThat(publish(add("b")).generation()).isEqualTo(new Generation(3));
  }

  @Test
  @DisplayName("Rule 7: only the current generation's word counts for the publication")
  void attestation() {
    Volume volume = add("a");
    Publication first = publish(volume);
    fenced(first, volume.lun());
    publish(volume);
    attest(volume.serial(), NODE, 1);
    assertThat(book.publications().get(0).attested()).as("an old word").isFalse();
    assertThat(book.debts()).as("which ends the old debt").isEmpty();
    attest(volume.serial(), new NodeName("node2"), 2);
    assertThat(book.publications().get(0).attested()).as("another node's word").isFalse();
    attest(volume.serial(), NODE, 2);
    assertThat(book.publications().get(0).attested()).isTrue();
  }

  @Test
  @DisplayName("Rule 8: a word ends debts of its generation and older ones, of its node only")
  void debts() {
    Volume volume = add("a");
    fenced(publish(volume), volume.lun());
    fenced(publish(volume), volume.lun());
    assertThat(book.debts()).hasSize(2);
    attest(volume.serial(), new NodeName("node2"), 2);
    assertThat(book.debts()).hasSize(2);
    attest(volume.serial(), NODE, 1);
    assertThat(book.debts()).extracting(Debt::generation).containsExactly(new Generation(2));
    fenced(publish(volume), volume.lun());
    attest(volume.serial(), NODE, 3);
    assertThat(book.debts()).isEmpty();
  }

  @Test
  @DisplayName("Rules 7, 8: a machine's word ends no debt of another that bore its name before")
  void debtsOfTwoMachines() {
    var other = new Iqn("iqn.2026-01.dev.braid:another");
    Volume volume = add("a");
    fenced(publish(volume), volume.lun());
    var second =
        steps.<Publication, RuntimeException>call(
            "publish", step -> book.publish(step, volume.serial(), NODE, other, false));
    assertThat(book.initiatorOf(volume.serial(), NODE, second.generation())).contains(other);
    attest(volume.serial(), NODE, other, 2);
    assertThat(book.debts()).extracting(Debt::initiator).containsExactly(INITIATOR);
    assertThat(book.initiatorOf(volume.serial(), NODE, new Generation(1))).contains(INITIATOR);
    assertThat(book.initiatorOf(volume.serial(), NODE, new Generation(3))).isEmpty();
  }

  @Test
  @DisplayName("Rule 7: a word that came during the fence leaves no debt")
  void attestedWhileFencing() {
    Volume volume = add("a");
    Publication publication = publish(volume);
    attest(volume.serial(), NODE, 1);
    assertThat(fenced(publication, volume.lun())).isFalse();
    assertThat(book.debts()).isEmpty();
    assertThat(book.publications()).isEmpty();
  }

  @Test
  @DisplayName("A volume that is published cannot be forgotten, and nothing of the attempt stays")
  void referenced() {
    Volume volume = add("a");
    publish(volume);
    assertThatThrownBy(() -> forget(volume)).isInstanceOf(KernelRefused.class);
    assertThat(book.volume(volume.serial())).contains(volume);
    assertThatThrownBy(() -> add("a")).as("names are unique").isInstanceOf(KernelRefused.class);
    assertThat(add("b").lun()).isEqualTo(new LunNumber(2));
  }

  @Test
  @DisplayName("Rule 13: the book of another pool or target is not taken")
  void another() {
    assertThatThrownBy(() -> reopen(new PoolName("slow"), TARGET))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("belongs to pool and target fast");
    assertThatThrownBy(() -> reopen(POOL, new Iqn("iqn.2026-01.dev.braid:slow")))
        .isInstanceOf(Refused.class);
  }

  @Test
  @DisplayName("Rule 14: a damaged book, or one of a newer Braid, is refused and left as it is")
  void damagedOrNewer() throws Exception {
    for (int i = 0; i < 200; i++) {
      add("volume " + i);
    }
    book.close();
    Path file = folder.resolve("book.db");
    byte[] good = Files.readAllBytes(file);
    byte[] bad = good.clone();
    for (int i = 8192; i < 20000; i++) {
      bad[i] = (byte) i;
    }
    Files.write(file, bad);
    assertThatThrownBy(() -> reopen(POOL, TARGET)).isInstanceOf(Refused.class);
    assertThat(file).hasBinaryContent(bad);
    Files.write(file, good);
    try (var db = DriverManager.getConnection("jdbc:sqlite:" + file);
        var change = db.createStatement()) {
      change.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> reopen(POOL, TARGET))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("newer Braid");
    Files.write(file, good);
    book = reopen(POOL, TARGET);
    assertThat(book.volumes()).hasSize(200);
  }

  @Test
  @DisplayName(
      "Rules 8, 14: where the pool's file system is not mounted no book is begun in its place")
  void neverBegunByItself() throws IOException {
    Path absent = folder.resolve("absent.db");
    assertThatThrownBy(
            () -> steps.call("open", step -> Book.open(step, absent, POOL, TARGET).volumes()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("mounted")
        .hasMessageContaining("braid-agent init");
    assertThat(absent).doesNotExist();
    Path empty = Files.createFile(folder.resolve("empty.db"));
    assertThatThrownBy(
            () -> steps.call("open", step -> Book.open(step, empty, POOL, TARGET).volumes()))
        .isInstanceOf(Refused.class);
    assertThat(empty).isEmptyFile();

    steps.run("begin", step -> Book.begin(step, empty, POOL, TARGET));
    try (Book begun =
        steps.<Book, RuntimeException>call("open", step -> Book.open(step, empty, POOL, TARGET))) {
      assertThat(begun.volumes()).isEmpty();
    }
  }
}
