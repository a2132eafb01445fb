package dev.braid.linux;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A device's number, which tells it from every other of this boot: {@code 253:0}. */
public record DeviceNumber(int major, int minor) implements Comparable<DeviceNumber> {

  private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,9})");

  public static boolean looksLikeOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** Reads the form that sysfs, mountinfo and device-mapper's tables have. */
  public static DeviceNumber parse(String text) {
    Matcher m = FORM.matcher(text.strip());
    if (!m.matches()) {
      throw new InvalidInput("device number", text, "want MAJOR:MINOR");
    }
    return new DeviceNumber(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }

  /** From the form that stat(2) and device-mapper's ioctls give. */
  public static DeviceNumber ofDev(long dev) {
    int major = (int) (((dev >>> 8) & 0xfff) | ((dev >>> 32) & ~0xfffL));
    int minor = (int) ((dev & 0xff) | ((dev >>> 12) & ~0xffL));
    return new DeviceNumber(major, minor);
  }

  public long toDev() {
    return ((major & 0xfffL) << 8)
        | ((major & ~0xfffL) << 32)
        | (minor & 0xffL)
        | ((minor & ~0xffL) << 12);
  }

  @Override
  public int compareTo(DeviceNumber other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
