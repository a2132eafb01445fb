package dev.braid.linux.dm;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmControl.Address;
import dev.braid.linux.libc.Abi.Dm;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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
