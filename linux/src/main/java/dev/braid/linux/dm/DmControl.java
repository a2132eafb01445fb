package dev.braid.linux.dm;

import com.sun.jna.Memory;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.libc.Abi.Dm;
import dev.braid.linux.libc.Abi.DmIoctl;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The frame of every ioctl of device-mapper: one buffer that holds the request and then the answer.
 * For this package and its {@code change}; stateless.
 */
public final class DmControl {

  private static final Path CONTROL = Path.of("/dev/mapper/control");
  private static final int FIRST_SIZE = 16 * 1024;
  private static final int LAST_SIZE = 64 * 1024 * 1024;
  private static final int VERSION = 4;

  /** Which map a request is about. */
  public sealed interface Address {
    /** By the UUID, which nobody gives twice. */
    record Uuid(String uuid) implements Address {}

    record Name(String name) implements Address {}

    record Number(DeviceNumber number) implements Address {}

    /** No map: a question about all of them. */
    record None() implements Address {}

    /** The address that means the same map later, too. */
    static Address of(DmDevice map) {
      return map.uuid().isEmpty() ? new Name(map.name()) : new Uuid(map.uuid());
    }
  }

  /**
   * One request. Where the kernel says that the answer did not fit, it is asked again with more
   * room.
   *
   * @param payload what follows the header in the request, empty for most
   * @param reader reads the whole answer, header included; the memory is gone afterwards
   */
  public <T> T call(
      String name,
      long request,
      Address address,
      int flags,
      byte[] payload,
      Function<Memory, T> reader)
      throws ErrnoException {
    try (Fd control = Posix.open(CONTROL, Posix.O_RDWR)) {
      for (int size = FIRST_SIZE; ; size *= 2) {
        try (var buffer = request(size, address, flags, payload)) {
          Posix.ioctl(control, name, request, buffer);
          if ((buffer.getInt(DmIoctl.FLAGS) & Dm.DM_BUFFER_FULL_FLAG) == 0) {
            return reader.apply(buffer);
          }
        }
        if (size >= LAST_SIZE) {
          throw new IllegalStateException(name + " does not fit into " + size + " bytes");
        }
      }
    }
  }

  static Memory request(int size, Address address, int flags, byte[] payload) {
    var buffer = new Memory(Math.max(size, DmIoctl.SIZE + payload.length));
    buffer.clear();
    buffer.setInt(DmIoctl.VERSION, VERSION);
    buffer.setInt(DmIoctl.DATA_SIZE, (int) buffer.size());
    buffer.setInt(DmIoctl.DATA_START, DmIoctl.SIZE);
    buffer.setInt(DmIoctl.FLAGS, flags);
    if (address instanceof Address.Uuid a) {
      put(buffer, DmIoctl.UUID, Dm.DM_UUID_LEN, a.uuid());
    } else if (address instanceof Address.Name a) {
      put(buffer, DmIoctl.NAME, Dm.DM_NAME_LEN, a.name());
    } else if (address instanceof Address.Number a) {
      buffer.setLong(DmIoctl.DEV, a.number().toDev());
    }
    buffer.write(DmIoctl.SIZE, payload, 0, payload.length);
    return buffer;
  }

  private static void put(Memory buffer, int offset, int room, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= room) {
      throw new IllegalArgumentException("too long for device-mapper: " + text);
    }
    buffer.write(offset, bytes, 0, bytes.length);
  }
}
