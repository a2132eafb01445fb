package dev.braid.linux.uevent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One event: what happened to which device.
 *
 * @param source the kernel, before udev has seen it; or udev, when its rules have run
 */
public record Uevent(Source source, String action, String devpath, Map<String, String> properties) {

  /** Who sent it. */
  public enum Source {
    KERNEL,
    UDEV
  }

  private static final byte[] UDEV_PREFIX = "libudev\0".getBytes(StandardCharsets.US_ASCII);
  private static final int UDEV_MAGIC = 0xfeedcafe;
  private static final int UDEV_HEADER = 24;

  public Uevent {
    properties = Map.copyOf(properties);
  }

  public String subsystem() {
    return properties.getOrDefault("SUBSYSTEM", "");
  }

  /** The last part of the device's path: {@code sdb}, {@code dm-0}, {@code 2:0:0:300}. */
  public String kernelName() {
    return devpath.substring(devpath.lastIndexOf('/') + 1);
  }

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
    return of(Source.UDEV, properties(message, at, at + size));
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
    return of(Source.KERNEL, properties(message, end + 1, length));
  }

  private static Optional<Uevent> of(Source source, Map<String, String> properties) {
    String action = properties.get("ACTION");
    String devpath = properties.get("DEVPATH");
    return action == null || devpath == null
        ? Optional.empty()
        : Optional.of(new Uevent(source, action, devpath, properties));
  }

  private static Map<String, String> properties(byte[] message, int from, int end) {
    var properties = new LinkedHashMap<String, String>();
    String all = new String(message, from, end - from, StandardCharsets.UTF_8);
    for (String line : all.split("\0", -1)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        properties.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return properties;
  }

  private static boolean startsWith(byte[] message, int length, byte[] prefix) {
    return length >= prefix.length
        && Arrays.equals(message, 0, prefix.length, prefix, 0, prefix.length);
  }
}
