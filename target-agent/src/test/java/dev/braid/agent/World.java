package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Volume;
import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.step.Steps;
import dev.braid.linux.loop.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A head with a fake kernel and a real book and files, whose agent can be killed and restarted. */
final class World implements AutoCloseable {

  static final PoolName POOL = new PoolName("fast");
  static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:fast");
  static final NodeName NODE1 = new NodeName("node1");
  static final NodeName NODE2 = new NodeName("node2");
  static final Iqn INITIATOR1 = new Iqn("iqn.2026-01.dev.braid:node1");
  static final Iqn INITIATOR2 = new Iqn("iqn.2026-01.dev.braid:node2");
  static final long MIB = 1 << 20;
  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

  private static final List<Portal> PORTALS =
      List.of(Portal.parse("10.77.1.11:3260,1"), Portal.parse("10.77.2.11:3260,2"));

  final FakeLio lio = new FakeLio();
  final FakeLoops loops;
  final Killer killer = new Killer();
  final Path folder;
  private final Agent.Kernel kernel;
  private final List<Portal> portals;
  private final Random random = new Random(7);
  private Optional<ChapFolder> chap = Optional.empty();
  private Agent agent;

  World(Path folder) {
    this.folder = makeFolder(folder.resolve("pool"));
    this.loops = new FakeLoops(makeFolder(folder.resolve("block")), lio);
    this.kernel = new Agent.Kernel(lio, lio, loops.reader(), loops);
    this.portals = PORTALS;
    this.agent = wire();
  }

  /** Over a real kernel; the fakes stay unused. */
  World(Path folder, Agent.Kernel kernel, List<Portal> portals) {
    this.folder = makeFolder(folder.resolve("pool"));
    this.loops = new FakeLoops(makeFolder(folder.resolve("block")), lio);
    this.kernel = kernel;
    this.portals = portals;
    this.agent = wire();
  }

  /** With the agent started. */
  static World started(Path folder) {
    var world = new World(folder);
    world.agent.restore().restore();
    return world;
  }

  private Agent wire() {
    var steps = new Steps(List.of(killer));
    Path file = folder.resolve("book.db");
    Steps.unobserved().run("begin", step -> Book.begin(step, file, POOL, TARGET));
    Book book =
        Steps.unobserved()
            .<Book, RuntimeException>call("open", step -> Book.open(step, file, POOL, TARGET));
    return Agent.over(POOL, folder, TARGET, portals, chap, book, kernel, steps, CLOCK, random);
  }

  Agent agent() {
    return agent;
  }

  Book book() {
    return agent.book();
  }

  /** The agent is started anew with this setting. */
  void restartWith(Optional<Path> chapFolder) {
    chap = chapFolder.map(ChapFolder::new);
    restart();
  }

  /** The agent dies, and starts again. */
  void restart() {
    stop();
    agent = wire();
    agent.restore().restore();
  }

  void stop() {
    agent.book().close();
  }

  /** The head loses power, and starts again. */
  void reboot() {
    stop();
    lio.reboot();
    loops.reboot();
    agent = wire();
    agent.restore().restore();
  }

  Volume create(String name) {
    return agent.createVolume().create(name, 8 * MIB, 0, soon());
  }

  Publish.Published publish(Serial serial) {
    return agent.publish().publish(serial, NODE1, INITIATOR1, false, soon());
  }

  /** Gives node 1 no time to attest. */
  boolean unpublish(Serial serial) {
    return agent.unpublish().unpublish(serial, Optional.of(NODE1), Duration.ZERO, soon());
  }

  void delete(Serial serial) {
    agent.deleteVolume().delete(serial, soon());
  }

  void login(Iqn initiator) {
    PORTALS.forEach(portal -> lio.login(initiator, TARGET, portal.tag()));
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  String backstore(Volume volume) {
    return "core/iblock_" + volume.hba() + "/braid_" + volume.serial();
  }

  /**
   * Everything that is on the head, in words that do not tell which serial, numbers and devices the
   * volumes happened to get.
   */
  String picture() {
    return picture(lio.picture());
  }

  /**
   * @param configfs what there is in configfs
   */
  String picture(String configfs) {
    var lines = new TreeSet<String>();
    configfs.lines().forEach(lines::add);
    kernel.loops().all().forEach(loop -> lines.add(loop.device() + " over " + loop.file()));
    try (Stream<Path> files = Files.list(folder)) {
      files.map(f -> "file " + f.getFileName()).forEach(lines::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    book().volumes().forEach(v -> lines.add("book: " + v));
    book().publications().forEach(p -> lines.add("book: " + p));
    book().debts().forEach(d -> lines.add("book: " + d));
    String text = (String.join("\n", lines) + "\n").replace(folder.toString(), "POOL");
    for (Volume volume : book().volumes()) {
      for (Loop loop : kernel.loops().over(folder.resolve(volume.serial() + ".img"))) {
        text = text.replaceAll(loop.device() + "\\b", "/dev/loop-" + volume.name());
      }
      text =
          text.replace(volume.serial().digits(), "SERIAL-" + volume.name())
              .replaceAll("lun_" + volume.lun() + "\\b", "lun_" + volume.name())
              .replaceAll("iblock_" + volume.hba() + "\\b", "iblock_" + volume.name())
              .replaceAll("lun=LunNumber\\[value=" + volume.lun() + "\\]", "lun=" + volume.name())
              .replaceAll("lun=" + volume.lun() + "\\b", "lun=" + volume.name())
              .replaceAll("hba=" + volume.hba() + "\\b", "hba=" + volume.name());
    }
    return text.lines().sorted().reduce("", (all, line) -> all + line + "\n");
  }

  private static Path makeFolder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    agent.book().close();
  }
}
