package dev.braid.linux.uevent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One event: what happened to which device. On a host that is busy most events are of devices that
 * nobody here waits for, so no more is read of them.
 *
 * @param source the kernel, before udev has seen it; or udev, when its rules have run
 * @param subsystem empty if it has none
 * @param mapProperties all that was sent with it, where it is of a device-mapper map; else nothing
 */
public record Uevent(
    Source source,
    String action,
    String devpath,
    String subsystem,
    Map<String, String> mapProperties) {

  /** Who sent it. */
  public enum Source {
    KERNEL,
    UDEV
  }

  static final int UDEV_MAGIC = 0xfeedcafe;

  private static final byte[] UDEV_PREFIX = "libudev\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ACTION = "ACTION=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DEVPATH = "DEVPATH=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SUBSYSTEM = "SUBSYSTEM=".getBytes(StandardCharsets.US_ASCII);
  private static final String MAPS = "/devices/virtual/block/dm-";
  private static final int UDEV_HEADER = 24;

  /** Empty for what is neither the kernel's form nor udev's: others speak on this socket too. */
  static Optional<Uevent> parse(byte[] message, int length) {
    return startsWith(message, length, UDEV_PREFIX)
        ? udev(message, length)
        : kernel(message, length);
  }

  private static Optional<Uevent> udev(byte[] message, int length) {
    if (length < UDEV_HEADER) {
      return Optional.empty();
    }
    var header = ByteBuffer.wrap(message, 0, length);
    int magic = header.order(ByteOrder.BIG_ENDIAN).getInt(8);
    header.order(ByteOrder.nativeOrder());
    int at = header.getInt(16);
    int size = header.getInt(20);
    if (magic != UDEV_MAGIC || at < UDEV_HEADER || size < 0 || size > length - at) {
      return Optional.empty();
    }
    return of(Source.UDEV, message, at, at + size);
  }

  private static Optional<Uevent> kernel(byte[] message, int length) {
    int end = 0;
    while (end < length && message[end] != 0) {
      end++;
    }
    String head = new String(message, 0, end, StandardCharsets.UTF_8);
    if (head.indexOf('@') <= 0 || end + 1 >= length) {
      return Optional.empty();
    }
    return of(Source.KERNEL, message, end + 1, length);
  }

  /** Both put these before all else, so that the rest need not be looked at. */
  private static Optional<Uevent> of(Source source, byte[] message, int from, int end) {
    String action = "";
    String devpath = "";
    String subsystem = "";
    for (int at = from; at < end && anyEmpty(action, devpath, subsystem); ) {
      int next = at;
      while (next < end && message[next] != 0) {
        next++;
      }
      action = value(ACTION, message, at, next).orElse(action);
      devpath = value(DEVPATH, message, at, next).orElse(devpath);
      subsystem = value(SUBSYSTEM, message, at, next).orElse(subsystem);
      at = next + 1;
    }
    if (action.isEmpty() || devpath.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> properties =
        devpath.startsWith(MAPS) ? properties(message, from, end) : Map.of();
    return Optional.of(new Uevent(source, action, devpath, subsystem, properties));
  }

  private static Map<String, String> properties(byte[] message, int from, int end) {
    var properties = new HashMap<String, String>();
    for (String pair :
        new String(message, from, end - from, StandardCharsets.UTF_8).split("\0", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        properties.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return Map.copyOf(properties);
  }

  private static boolean anyEmpty(String action, String devpath, String subsystem) {
    return action.isEmpty() || devpath.isEmpty() || subsystem.isEmpty();
  }

  private static Optional<String> value(byte[] key, byte[] message, int from, int end) {
    int at = from + key.length;
    return at <= end && Arrays.equals(message, from, at, key, 0, key.length)
        ? Optional.of(new String(message, at, end - at, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static boolean startsWith(byte[] message, int length, byte[] prefix) {
    return length >= prefix.length
        && Arrays.equals(message, 0, prefix.length, prefix, 0, prefix.length);
  }
}
