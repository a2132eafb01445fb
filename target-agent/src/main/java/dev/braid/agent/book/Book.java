package dev.braid.agent.book;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.OutOfSpace;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The book of one pool. What writes takes a {@link Step}, is one transaction, and is on the disk
 * when it returns. Safe for many threads; one at a time gets in.
 */
public final class Book implements AutoCloseable {

  /** The version of the tables below. A newer book is refused, an older one is brought up. */
  private static final int VERSION = 1;

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE pool (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL,"
              + " target TEXT NOT NULL, target_made INTEGER NOT NULL,"
              + " last_lun INTEGER NOT NULL, last_generation INTEGER NOT NULL) STRICT",
          "CREATE TABLE volume (serial TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
              + " bytes INTEGER NOT NULL, lun INTEGER NOT NULL UNIQUE,"
              + " hba INTEGER NOT NULL UNIQUE, state TEXT NOT NULL) STRICT",
          "CREATE TABLE publication (serial TEXT NOT NULL REFERENCES volume (serial),"
              + " node TEXT NOT NULL, initiator TEXT NOT NULL, generation INTEGER NOT NULL,"
              + " attested INTEGER NOT NULL, read_only INTEGER NOT NULL,"
              + " withdrawing INTEGER NOT NULL, PRIMARY KEY (serial, node)) STRICT",
          // No reference to volume: a debt outlives it.
          "CREATE TABLE debt (serial TEXT NOT NULL, node TEXT NOT NULL, initiator TEXT NOT NULL,"
              + " lun INTEGER NOT NULL, generation INTEGER NOT NULL, since TEXT NOT NULL,"
              + " PRIMARY KEY (serial, node, generation)) STRICT");

  private static final String VOLUME = "SELECT serial, name, bytes, lun, hba, state FROM volume";
  private static final String PUBLICATION =
      "SELECT serial, node, initiator, generation, attested, read_only, withdrawing"
          + " FROM publication";
  private static final String DEBT =
      "SELECT serial, node, initiator, lun, generation, since FROM debt";

  private final Path file;
  private final Connection db;

  private Book(Path file, Connection db) {
    this.file = file;
    this.db = db;
  }

  /**
   * Begins a pool's book; one that this pool has already is left as it is. Only a person says when:
   * where the pool's file system is not mounted, a book begun by itself would know of no volume.
   *
   * @param file there, empty
   * @throws Refused if there is a book of another pool or target, or one that is damaged
   */
  public static void begin(Step step, Path file, PoolName pool, Iqn target) {
    opened(file, pool, target, true).close();
  }

  /**
   * Opens a pool's book.
   *
   * @throws Refused if there is none, or it is another pool's or target's, damaged, or of a newer
   *     Braid
   */
  public static Book open(Step step, Path file, PoolName pool, Iqn target) {
    if (!Files.exists(file)) {
      throw none(file);
    }
    return opened(file, pool, target, false);
  }

  private static Refused none(Path file) {
    return new Refused(
        "there is no book in "
            + file
            + ": is the pool's file system mounted? For a new pool run once: braid-agent init");
  }

  private static Book opened(Path file, PoolName pool, Iqn target, boolean mayBegin) {
    try {
      var book = new Book(file, DriverManager.getConnection("jdbc:sqlite:" + file));
      try {
        book.prepare(pool, target, mayBegin);
        return book;
      } catch (SQLException | RuntimeException e) {
        book.close();
        throw e;
      }
    } catch (SQLException | KernelRefused e) {
      throw new Refused("the book " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private synchronized void prepare(PoolName pool, Iqn target, boolean mayBegin)
      throws SQLException {
    control("PRAGMA busy_timeout = 5000"); // somebody may be looking into it
    control("PRAGMA foreign_keys = ON");
    control("PRAGMA journal_mode = DELETE");
    control("PRAGMA synchronous = EXTRA"); // FULL, and the folder too: a commit is not undone by a
    // power cut
    String health = one("PRAGMA quick_check", row -> row.getString(1)).orElse("silent");
    if (!health.equals("ok")) {
      throw new Refused("the book " + file + " is damaged, restore it from a copy: " + health);
    }
    int version = one("PRAGMA user_version", row -> row.getInt(1)).orElse(0);
    if (version > VERSION) {
      throw new Refused("the book " + file + " was written by a newer Braid: version " + version);
    }
    if (version == 0 && !mayBegin) {
      throw none(file);
    }
    if (version == 0) {
      write(
          () -> {
            for (String table : TABLES) {
              change(table);
            }
            change("INSERT INTO pool VALUES (1, ?, ?, 0, 0, 0)", pool.name(), target.name());
            change("PRAGMA user_version = " + VERSION);
            return true;
          });
    }
    String whose =
        read("SELECT name, target FROM pool", row -> row.getString(1) + " " + row.getString(2))
            .get(0);
    if (!whose.equals(pool + " " + target)) {
      throw new Refused(
          "the book "
              + file
              + " belongs to pool and target "
              + whose
              + ", not "
              + pool
              + " "
              + target);
    }
  }

  // ---- what is so

  public Optional<Volume> volume(Serial serial) {
    return first(read(VOLUME + " WHERE serial = ?", Book::toVolume, serial.digits()));
  }

  public Optional<Volume> volumeNamed(String name) {
    return first(read(VOLUME + " WHERE name = ?", Book::toVolume, name));
  }

  public List<Volume> volumes() {
    return read(VOLUME + " ORDER BY lun", Book::toVolume);
  }

  public List<Publication> publications() {
    return read(PUBLICATION + " ORDER BY serial, node", Book::toPublication);
  }

  public List<Publication> publications(Serial serial) {
    return read(
        PUBLICATION + " WHERE serial = ? ORDER BY node", Book::toPublication, serial.digits());
  }

  public Optional<Publication> publication(Serial serial, NodeName node) {
    return first(
        read(
            PUBLICATION + " WHERE serial = ? AND node = ?",
            Book::toPublication,
            serial.digits(),
            node.name()));
  }

  public List<Debt> debts() {
    return read(DEBT + " ORDER BY since, serial", Book::toDebt);
  }

  /**
   * Whose a generation of a volume was: generations are given out once in a pool, so that one of
   * them names an initiator, where a node's name may have gone to another machine.
   *
   * @return empty where neither a publication nor a debt remembers it
   */
  public Optional<Iqn> initiatorOf(Serial serial, NodeName node, Generation generation) {
    return first(
        read(
            "SELECT initiator FROM publication WHERE serial = ?1 AND node = ?2 AND generation = ?3"
                + " UNION"
                + " SELECT initiator FROM debt WHERE serial = ?1 AND node = ?2 AND generation = ?3",
            row -> new Iqn(row.getString(1)),
            serial.digits(),
            node.name(),
            generation.value()));
  }

  /** The last generation that was given out, 0 if none was. */
  public long lastGeneration() {
    return read("SELECT last_generation FROM pool", row -> row.getLong(1)).get(0);
  }

  /** Whether the target's folder in configfs, if there is one, was made by this pool's agent. */
  public boolean targetMade() {
    return read("SELECT target_made FROM pool", row -> row.getBoolean(1)).get(0);
  }

  // ---- what changes

  public synchronized void targetIsOurs(Step step) {
    write(() -> change("UPDATE pool SET target_made = 1"));
  }

  /**
   * Books a new volume, with the next LUN number in the rotation: neither a volume's nor owed (rule
   * 8).
   *
   * @param hbaTaken whether somebody in the kernel has an {@code iblock_N} already
   * @throws OutOfSpace if every number is taken
   */
  public synchronized Volume add(
      Step step, Serial serial, String name, long bytes, IntPredicate hbaTaken) {
    return write(
        () -> {
          LunNumber lun = nextLun();
          int hba = lun.value();
          while (hbaTaken.test(hba) || hbaBooked(hba)) {
            hba += LunNumber.MAX; // out of the way of every other volume's number
          }
          change(
              "INSERT INTO volume VALUES (?, ?, ?, ?, ?, ?)",
              serial.digits(),
              name,
              bytes,
              lun.value(),
              hba,
              VolumeState.CREATING.name());
          change("UPDATE pool SET last_lun = ?", lun.value());
          return new Volume(serial, name, bytes, lun, hba, VolumeState.CREATING);
        });
  }

  public synchronized Volume setState(Step step, Volume volume, VolumeState state) {
    write(
        () ->
            change(
                "UPDATE volume SET state = ? WHERE serial = ?",
                state.name(),
                volume.serial().digits()));
    return new Volume(
        volume.serial(), volume.name(), volume.bytes(), volume.lun(), volume.hba(), state);
  }

  /** Forgets a volume that is gone. Its debts stay. */
  public synchronized void forget(Step step, Serial serial) {
    write(() -> change("DELETE FROM volume WHERE serial = ?", serial.digits()));
  }

  /** Books a publication, with a new generation: it was not there. */
  public synchronized Publication publish(
      Step step, Serial serial, NodeName node, Iqn initiator, boolean readOnly) {
    return write(
        () -> {
          var generation = new Generation(lastGeneration() + 1);
          change("UPDATE pool SET last_generation = ?", generation.value());
          change(
              "INSERT INTO publication VALUES (?, ?, ?, ?, 0, ?, 0)",
              serial.digits(),
              node.name(),
              initiator.name(),
              generation.value(),
              readOnly);
          return new Publication(serial, node, initiator, generation, false, readOnly, false);
        });
  }

  /**
   * Begins a new generation of a publication that was attested: it is wanted again, and the node's
   * word, wherever it still stands, must not be taken for word about what follows.
   */
  public synchronized Publication renew(Step step, Publication publication) {
    return write(
        () -> {
          var generation = new Generation(lastGeneration() + 1);
          change("UPDATE pool SET last_generation = ?", generation.value());
          change(
              "UPDATE publication SET attested = 0, generation = ? WHERE serial = ? AND node = ?",
              generation.value(),
              publication.serial().digits(),
              publication.node().name());
          return new Publication(
              publication.serial(),
              publication.node(),
              publication.initiator(),
              generation,
              false,
              publication.readOnly(),
              publication.withdrawing());
        });
  }

  /** From here on a publication can only be withdrawn. */
  public synchronized void withdraw(Step step, Publication publication) {
    write(
        () ->
            change(
                "UPDATE publication SET withdrawing = 1 WHERE serial = ? AND node = ?",
                publication.serial().digits(),
                publication.node().name()));
  }

  /**
   * Notes a node's word about a generation, and ends the debts that it answers: those of the same
   * initiator, up to that generation. Of another machine's kernel it says nothing.
   */
  public synchronized void attest(
      Step step, Serial serial, NodeName node, Iqn initiator, Generation generation) {
    write(
        () -> {
          change(
              "UPDATE publication SET attested = 1"
                  + " WHERE serial = ? AND node = ? AND generation = ?",
              serial.digits(),
              node.name(),
              generation.value());
          return change(
              "DELETE FROM debt"
                  + " WHERE serial = ? AND node = ? AND initiator = ? AND generation <= ?",
              serial.digits(),
              node.name(),
              initiator.name(),
              generation.value());
        });
  }

  /** A publication is withdrawn; the node's word is there. */
  public synchronized void withdrawn(Step step, Publication publication) {
    write(() -> remove(publication));
  }

  /**
   * A publication is withdrawn; unless the node's word came in the very last moment, it owes it
   * from now on.
   *
   * @return whether it owes
   */
  public synchronized boolean fenced(
      Step step, Publication publication, LunNumber lun, Instant since) {
    return write(
        () -> {
          boolean owes =
              publication(publication.serial(), publication.node())
                  .map(now -> !now.attested())
                  .orElse(false);
          if (!owes) {
            remove(publication);
            return false;
          }
          change(
              "INSERT OR REPLACE INTO debt VALUES (?, ?, ?, ?, ?, ?)",
              publication.serial().digits(),
              publication.node().name(),
              publication.initiator().name(),
              lun.value(),
              publication.generation().value(),
              since.toString());
          remove(publication);
          return true;
        });
  }

  @Override
  public synchronized void close() {
    try {
      db.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  // ---- how

  private LunNumber nextLun() {
    int last = read("SELECT last_lun FROM pool", row -> row.getInt(1)).get(0);
    LunNumber lun = last == 0 ? new LunNumber(LunNumber.MIN) : new LunNumber(last).next();
    for (int i = LunNumber.MIN; i <= LunNumber.MAX; i++) {
      if (read(
              "SELECT 1 FROM volume WHERE lun = ?1 UNION SELECT 1 FROM debt WHERE lun = ?1",
              row -> true,
              lun.value())
          .isEmpty()) {
        return lun;
      }
      lun = lun.next();
    }
    throw new OutOfSpace("every LUN number of the target belongs to a volume or is owed by a node");
  }

  private boolean hbaBooked(int hba) {
    return !read("SELECT 1 FROM volume WHERE hba = ?", row -> true, hba).isEmpty();
  }

  private int remove(Publication publication) throws SQLException {
    return change(
        "DELETE FROM publication WHERE serial = ? AND node = ?",
        publication.serial().digits(),
        publication.node().name());
  }

  private static Volume toVolume(ResultSet row) throws SQLException {
    return new Volume(
        new Serial(row.getString(1)),
        row.getString(2),
        row.getLong(3),
        new LunNumber(row.getInt(4)),
        row.getInt(5),
        VolumeState.valueOf(row.getString(6)));
  }

  private static Publication toPublication(ResultSet row) throws SQLException {
    return new Publication(
        new Serial(row.getString(1)),
        new NodeName(row.getString(2)),
        new Iqn(row.getString(3)),
        new Generation(row.getLong(4)),
        row.getBoolean(5),
        row.getBoolean(6),
        row.getBoolean(7));
  }

  private static Debt toDebt(ResultSet row) throws SQLException {
    return new Debt(
        new Serial(row.getString(1)),
        new NodeName(row.getString(2)),
        new Iqn(row.getString(3)),
        new LunNumber(row.getInt(4)),
        new Generation(row.getLong(5)),
        Instant.parse(row.getString(6)));
  }

  @FunctionalInterface
  private interface Row<T> {
    T from(ResultSet row) throws SQLException;
  }

  @FunctionalInterface
  private interface Transaction<T> {
    T run() throws SQLException;
  }

  private synchronized <T> List<T> read(String sql, Row<T> row, Object... values) {
    try (PreparedStatement statement = prepare(sql, values);
        ResultSet rows = statement.executeQuery()) {
      var found = new ArrayList<T>();
      while (rows.next()) {
        found.add(row.from(rows));
      }
      return found;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private <T> Optional<T> one(String sql, Row<T> row) {
    return first(read(sql, row));
  }

  private static <T> Optional<T> first(List<T> found) {
    return found.stream().findFirst();
  }

  private <T> T write(Transaction<T> transaction) {
    boolean done = false;
    try {
      control("BEGIN IMMEDIATE");
      T result = transaction.run();
      control("COMMIT");
      done = true;
      return result;
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      if (!done) {
        rollback();
      }
    }
  }

  private int change(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values)) {
      return statement.executeUpdate();
    }
  }

  private PreparedStatement prepare(String sql, Object... values) throws SQLException {
    PreparedStatement statement = db.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private void control(String sql) throws SQLException {
    try (Statement statement = db.createStatement()) {
      statement.execute(sql);
    }
  }

  private void rollback() {
    try {
      control("ROLLBACK");
    } catch (SQLException e) {
      // What failed may have rolled back by itself already, or never begun: it is what is reported.
    }
  }

  private KernelRefused failed(SQLException e) {
    return new KernelRefused("the book " + file + ": " + e.getMessage(), e);
  }
}
