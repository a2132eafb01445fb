package dev.braid.linux.dm;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.Nodes;
import dev.braid.linux.dm.DmControl.Address;
import dev.braid.linux.libc.Abi.Dm;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The running kernel's device-mapper. Stateless; safe for many threads. */
final class KernelDeviceMapper implements DeviceMapper {

  private static final byte[] NOTHING = {};

  private final DmControl control = new DmControl();

  @Override
  public List<Named> list() {
    return ask("DM_LIST_DEVICES", Dm.DM_LIST_DEVICES, new Address.None(), 0, DmAnswers::names)
        .orElse(List.of());
  }

  @Override
  public Optional<DmDevice> byUuid(String uuid) {
    return device(new Address.Uuid(uuid));
  }

  @Override
  public Optional<Loaded> loaded(String uuid) {
    return ask(
        "DM_TABLE_STATUS",
        Dm.DM_TABLE_STATUS,
        new Address.Uuid(uuid),
        Dm.DM_STATUS_TABLE_FLAG,
        answer -> new Loaded(DmAnswers.device(answer), DmAnswers.targets(answer)));
  }

  @Override
  public Optional<DmDevice> byName(String name) {
    return device(new Address.Name(name));
  }

  @Override
  public Optional<DmDevice> byNumber(DeviceNumber number) {
    return device(new Address.Number(number));
  }

  @Override
  public Optional<List<DmTarget>> table(DmDevice map) {
    return ask(
        "DM_TABLE_STATUS",
        Dm.DM_TABLE_STATUS,
        Address.of(map),
        Dm.DM_STATUS_TABLE_FLAG,
        DmAnswers::targets);
  }

  @Override
  public Optional<List<DmTarget>> status(DmDevice map) {
    return ask("DM_TABLE_STATUS", Dm.DM_TABLE_STATUS, Address.of(map), 0, DmAnswers::targets);
  }

  @Override
  public Optional<List<DeviceNumber>> dependencies(DmDevice map) {
    return ask("DM_TABLE_DEPS", Dm.DM_TABLE_DEPS, Address.of(map), 0, DmAnswers::dependencies);
  }

  /**
   * For reading, so that udev is not told of a change when it is closed; and without waiting for a
   * path, which a map that queues may not have.
   */
  @Override
  public Pinned pin(DmDevice map) {
    Fd fd = open(map);
    boolean pinned = false;
    try {
      DmDevice opened =
          Nodes.block(Path.of("/proc/self/fd", Integer.toString(fd.number())))
              .flatMap(this::byNumber)
              .filter(m -> m.uuid().equals(map.uuid()))
              .orElseThrow(() -> gone(map, null));
      pinned = true;
      return new Open(opened, fd);
    } finally {
      if (!pinned) {
        fd.close();
      }
    }
  }

  private record Open(DmDevice map, Fd fd) implements Pinned {
    @Override
    public void close() {
      fd.close();
    }
  }

  private static Fd open(DmDevice map) {
    try {
      return Posix.open(map.node(), Posix.O_RDONLY | Posix.O_NONBLOCK);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENXIO || e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
        throw gone(map, e);
      }
      throw new KernelRefused("cannot open " + map.node() + ", the map " + map.name(), e);
    }
  }

  private static KernelRefused gone(DmDevice map, @Nullable ErrnoException e) {
    return new KernelRefused("the map " + map.name() + " went away while it was opened", e);
  }

  private Optional<DmDevice> device(Address address) {
    return ask("DM_DEV_STATUS", Dm.DM_DEV_STATUS, address, 0, DmAnswers::device);
  }

  private <T> Optional<T> ask(
      String name, long request, Address address, int flags, Function<Memory, T> reader) {
    try {
      return Optional.of(control.call(name, request, address, flags, NOTHING, reader));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENXIO) {
        return Optional.empty(); // no such map, or none any more
      }
      throw new KernelRefused(
          "device-mapper: " + name + " for " + address + " (is dm_multipath loaded, are we root?)",
          e);
    }
  }
}
