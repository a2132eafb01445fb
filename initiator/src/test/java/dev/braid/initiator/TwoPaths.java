package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Inquiry;
import dev.braid.base.LunNumber;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.step.Step;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.DmTarget;
import dev.braid.linux.dm.MultipathStatus;
import dev.braid.linux.dm.change.DeviceMapperChange;
import dev.braid.linux.scsi.DeviceIdentification;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Reservations;
import dev.braid.linux.scsi.Scsi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A LUN that has a path on each of two sessions already, {@code sdb} and {@code sdc}, in a folder
 * that stands for a host; what is in its map a test says.
 */
final class TwoPaths {

  static final Wwid WWID = new Serial("0123456789abcdef012345678").wwid();
  static final Wwid OTHER = new Serial("7777777777777777777777777").wwid();
  static final Lun LUN =
      new Lun(FakeIscsi.TARGET, List.of(FakeIscsi.A, FakeIscsi.B), new LunNumber(7), WWID);
  static final DeviceNumber SDB = new DeviceNumber(8, 16);
  static final DeviceNumber SDC = new DeviceNumber(8, 32);

  private static final long SECTORS = 2048;

  final Map<String, DeviceNumber> names = new LinkedHashMap<>();
  final FakeIscsi iscsi;
  final FakeMap map = new FakeMap();

  /** How often a path was asked who it is. */
  final AtomicInteger identifications = new AtomicInteger();

  /** As a path is asked who it is. */
  Runnable whileAsked = () -> {};

  /** What the LUN behind a session says of itself, where it is not what the kernel keeps. */
  final Map<Integer, Wwid> says = new ConcurrentHashMap<>();

  /** What each path says of reservations, in the time it is given. */
  Function<Deadline, Reply<Reservations>> reservations =
      deadline -> new Reply.Answered<>(new Reservations(List.of()));

  final Path host;

  TwoPaths(Path host) {
    this.host = host;
    this.iscsi = new FakeIscsi(host);
    write(host.resolve("etc/multipath/conf.d/braid.conf"), "# " + OwnFile.MARK);
    add("sdb", SDB, iscsi.add(FakeIscsi.A, "LOGGED_IN", "up"));
    add("sdc", SDC, iscsi.add(FakeIscsi.B, "LOGGED_IN", "up"));
  }

  /** A path, on the session of this number, which is its SCSI host's too. */
  private void add(String name, DeviceNumber number, int session) {
    names.put(name, number);
    Path device = device(session);
    write(device.resolve("state"), "running");
    write(device.resolve("model"), Inquiry.PRODUCT);
    write(device.resolve("block").resolve(name).resolve("size"), Long.toString(SECTORS));
    folder(device.resolve("scsi_generic/sg" + session));
    write(host.resolve("dev/sg" + session), "");
    write(iscsi.sys.resolve("class/block").resolve(name).resolve("dev"), number.toString());
    bytes(uevent(name), new byte[0]);
    bytes(device.resolve("delete"), new byte[0]);
    link(iscsi.sys.resolve("dev/block/" + number + "/device"), device);
    folder(iscsi.sys.resolve("block"));
    isLun(session, WWID);
  }

  /** What the kernel keeps, and the LUN itself says, of the device on this session. */
  void isLun(int session, Wwid wwid) {
    bytes(device(session).resolve("vpd_pg83"), page(wwid));
  }

  void sectors(int session, String name, long sectors) {
    write(device(session).resolve("block").resolve(name).resolve("size"), Long.toString(sectors));
  }

  /** It is in use, so that it is not made anew; the head would protect the new one as well. */
  void writeProtect(String name) {
    write(iscsi.sys.resolve("class/block").resolve(name).resolve("ro"), "1");
    folder(iscsi.sys.resolve("class/block").resolve(name).resolve("holders/dm-0"));
  }

  /** The session's target does not answer any more. */
  void lose(int session) {
    iscsi.change(session, "FAILED", "failed");
  }

  /** It answers again. */
  void comesBack(int session) {
    iscsi.change(session, "LOGGED_IN", "up");
  }

  /** The device was lost as the kernel made it: nobody knows who it is. */
  void isNameless(int session) {
    delete(device(session).resolve("vpd_pg83"));
    lose(session);
  }

  /** The session's path is gone; the session stays. */
  void remove(String name, int session) {
    delete(iscsi.sys.resolve("class/block").resolve(name));
    delete(device(session));
  }

  /** What is written there the kernel tells udev. */
  Path uevent(String name) {
    return iscsi.sys.resolve("class/block").resolve(name).resolve("uevent");
  }

  /** Whether the kernel was told to take this session's path away. It stays all the same. */
  boolean isToldToGo(int session) {
    try {
      return Files.size(device(session).resolve("delete")) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** It is one that somebody logged in to for himself. */
  void isOfAnotherTarget(int session) {
    Path name = iscsi.sys.resolve("class/iscsi_session/session" + session + "/targetname");
    write(name, FakeIscsi.TARGET + "-of-another");
  }

  /** What is written there has the kernel look for a LUN on this session. It makes no device. */
  Path scan(int session) {
    Path scan = iscsi.sys.resolve("class/scsi_host/host" + session + "/scan");
    bytes(scan, new byte[0]);
    return scan;
  }

  /** udev has events before it. */
  void udevBusy() {
    write(host.resolve("udev/queue"), "");
  }

  /** udev has been through with a path. */
  void udevTells(DeviceNumber path) {
    udevTells(path, WWID);
  }

  void udevTells(DeviceNumber path, Wwid wwid) {
    write(host.resolve("udev/data/b" + path), "E:ID_SERIAL=" + wwid);
  }

  /** udev has been through with it, and could not read whose it is. */
  void udevCannotTell(DeviceNumber path) {
    write(host.resolve("udev/data/b" + path), "E:ID_TYPE=disk");
  }

  private Path device(int session) {
    return iscsi.sys.resolve("bus/scsi/devices/" + session + ":0:0:7");
  }

  /** What each device says of itself. */
  Scsi scsi() {
    return new Honest();
  }

  /** Where multipathd is asked, if a test has one. */
  Path multipathdSocket() {
    return host.resolve("multipathd");
  }

  /** multipathd that has both paths in the map from this command on. */
  FakeMultipathd mapsAt(String wanted) {
    return new FakeMultipathd(multipathdSocket()) {
      @Override
      String answer(String command) {
        if (command.equals(wanted)) {
          map.holds(SDB, SDC);
        }
        return super.answer(command);
      }
    };
  }

  private static byte[] page(Wwid wwid) {
    return HexFormat.of().parseHex("00830014" + "01030010" + wwid.naa());
  }

  private static void write(Path file, String text) {
    bytes(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void bytes(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void folder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void link(Path link, Path target) {
    try {
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The LUN's map, if it has one. */
  static final class FakeMap extends UnaskedDeviceMapper implements DeviceMapperChange {

    /** What each look finds in it, the last of them from then on; none while it is not there. */
    final List<List<DeviceNumber>> looks = new CopyOnWriteArrayList<>();

    /** Whose map it is; of more than one, each has one like it. */
    final List<Wwid> luns = new CopyOnWriteArrayList<>(List.of(WWID));

    long sectors = SECTORS;
    boolean isSuspended;
    boolean isReadOnly;

    /** It has the table of {@code dmsetup wipe_table}. */
    boolean isWiped;

    /** The paths to which it sends no I/O. */
    final Set<DeviceNumber> failed = new CopyOnWriteArraySet<>();

    void holds(DeviceNumber... paths) {
      looks.add(List.of(paths));
    }

    @Override
    public Optional<MultipathStatus> multipathStatus(DmDevice map) {
      return Optional.of(
          new MultipathStatus(
              looks.get(0).stream()
                  .collect(Collectors.toMap(path -> path, path -> !failed.contains(path)))));
    }

    @Override
    public Optional<DmDevice> byUuid(String uuid) {
      if (looks.isEmpty() || luns.stream().noneMatch(wwid -> uuid.equals("mpath-" + wwid))) {
        return Optional.empty();
      }
      var number = new DeviceNumber(253, 7);
      return Optional.of(new DmDevice(number, "mpatha", uuid, 0, isSuspended, isReadOnly, true));
    }

    @Override
    public void resume(Step step, DmDevice map) {
      throw new AssertionError("whoever waits for a map changes none");
    }

    @Override
    public void remove(Step step, DmDevice map) {
      throw new AssertionError("whoever waits for a map changes none");
    }

    @Override
    public void message(Step step, DmDevice map, String message) {
      throw new AssertionError("whoever waits for a map changes none");
    }

    @Override
    public Optional<List<DmTarget>> table(DmDevice map) {
      List<DeviceNumber> paths = looks.size() > 1 ? looks.remove(0) : looks.get(0);
      String each = paths.stream().map(p -> " " + p + " 1 1").collect(Collectors.joining());
      String text = "1 queue_if_no_path 0 1 1 service-time 0 " + paths.size() + " 2" + each;
      return Optional.of(
          List.of(
              isWiped
                  ? new DmTarget(0, sectors, "error", "")
                  : new DmTarget(0, sectors, "multipath", text)));
    }
  }

  /**
   * Each device says what the kernel keeps of it, but for {@link #says}, and what a test has it say
   * of reservations.
   */
  private final class Honest extends UnaskedScsi {
    @Override
    public Reply<DeviceIdentification> identification(Path sg, Deadline deadline) {
      identifications.incrementAndGet();
      whileAsked.run();
      int session = Integer.parseInt(String.valueOf(sg.getFileName()).substring("sg".length()));
      try {
        byte[] kept =
            says.containsKey(session)
                ? page(says.get(session))
                : Files.readAllBytes(device(session).resolve("vpd_pg83"));
        return new Reply.Answered<>(DeviceIdentification.parse(kept).orElseThrow());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Reply<Reservations> reservations(Path sg, Deadline deadline) {
      return reservations.apply(deadline);
    }
  }
}
