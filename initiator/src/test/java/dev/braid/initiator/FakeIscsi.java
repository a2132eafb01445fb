package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.RecordLock;
import dev.braid.linux.proc.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sessions in a folder that stands for {@code /sys}, each on a SCSI host of its own number, and an
 * iscsiadm that does to them what it is told.
 */
final class FakeIscsi implements Exec {

  static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  static final Portal A = new Portal("10.1.0.1", 3260, 1);
  static final Portal B = new Portal("10.2.0.1", 3260, 2);

  private static final int INTERNAL = 9;
  private static final int EXISTS = 15;

  final Path sys;

  /** What iscsiadm was told, without the words that are always the same. */
  final List<String> told = new CopyOnWriteArrayList<>();

  /** What comes of the next login: 0 makes a session of it. */
  int login;

  /** Sessions that iscsid is at the login of again, as after its start: it ends none of them. */
  final Set<Integer> reconnecting = new CopyOnWriteArraySet<>();

  /** While iscsiadm runs. */
  Runnable meanwhile = () -> {};

  private final Path folder;
  private final AtomicInteger next = new AtomicInteger(1); // portals are logged in to side by side

  FakeIscsi(Path folder) {
    this.folder = folder;
    this.sys = folder.resolve("sys");
  }

  Iscsiadm iscsiadm() {
    var lock = new RecordLock(folder.resolve("lock"), programs(), Clock.systemUTC());
    return new Iscsiadm(this, lock);
  }

  Programs programs() {
    return new Programs(folder.resolve("proc"));
  }

  @Override
  public Result run(List<String> argv, Deadline deadline) {
    meanwhile.run();
    int exit = argv.contains("-u") ? logout(argv) : login(argv);
    return new Result(argv, exit, "", "");
  }

  private int login(List<String> argv) {
    String portal = argv.get(argv.indexOf("-p") + 1);
    told.add("log in " + portal);
    if (login == 0) {
      add(Portal.parse(portal), "LOGGED_IN", "up");
    }
    return login;
  }

  private int logout(List<String> argv) {
    String id = argv.get(argv.indexOf("-r") + 1);
    boolean atLogin = connectionState(id).equals("bound");
    told.add("log out " + id);
    if (atLogin || reconnecting.contains(Integer.parseInt(id))) {
      return INTERNAL;
    }
    remove(Integer.parseInt(id));
    return 0;
  }

  /** A login that iscsid is at already. */
  void loginExists() {
    login = EXISTS;
  }

  int add(Portal portal, String state, String connection) {
    int id = next.getAndIncrement();
    Path real = sys.resolve("devices/platform/host" + id + "/session" + id);
    write(real.resolve("targetname"), TARGET.name());
    write(real.resolve("tpgt"), Integer.toString(portal.tag()));
    write(real.resolve("state"), state);
    write(connection(id).resolve("persistent_address"), portal.host());
    write(connection(id).resolve("persistent_port"), Integer.toString(portal.port()));
    write(connection(id).resolve("state"), connection);
    try {
      Path all = Files.createDirectories(sys.resolve("class/iscsi_session"));
      Files.createSymbolicLink(all.resolve("session" + id), real);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return id;
  }

  void change(int id, String state, String connection) {
    write(sys.resolve("class/iscsi_session/session" + id + "/state"), state);
    write(connection(id).resolve("state"), connection);
  }

  void remove(int id) {
    try {
      Files.deleteIfExists(sys.resolve("class/iscsi_session/session" + id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<IscsiSession> sessions() {
    return new IscsiSessions(sys).all();
  }

  /** A device that came by this session. */
  void device(int session) {
    write(sys.resolve("bus/scsi/devices/" + session + ":0:0:3/state"), "running");
  }

  private String connectionState(String session) {
    try {
      return Files.readString(connection(Integer.parseInt(session)).resolve("state")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path connection(int session) {
    return sys.resolve("class/iscsi_connection/connection" + session + ":0");
  }

  /** At once, as the kernel changes what it shows: nobody reads a file that is empty. */
  private static void write(Path file, String text) {
    try {
      Path folder = Files.createDirectories(file.getParent());
      Path whole = Files.writeString(folder.resolve(".new"), text + "\n");
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
