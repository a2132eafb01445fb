package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a target is reached: an address, a TCP port and the tag of the portal group behind it.
 * Braid gives each portal a portal group of its own.
 *
 * @param host an IPv4 or IPv6 address, without brackets; never a name, as a name server must not be
 *     needed to reach a disk
 */
public record Portal(String host, int port, int tag) {

  public static final int DEFAULT_PORT = 3260;

  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([^\\]]+)\\]|([^\\[\\]:]+)):(\\d{1,5}),(\\d{1,5})");

  public Portal {
    if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      throw new InvalidInput("portal address", host, "want an IPv4 or IPv6 address");
    }
    if (port < 1 || port > 65535) {
      throw new InvalidInput("portal port", Integer.toString(port), "want 1 to 65535");
    }
    if (tag < 1 || tag > 65535) {
      throw new InvalidInput("portal group tag", Integer.toString(tag), "want 1 to 65535");
    }
  }

  /** Reads the form that open-iscsi prints and {@link #toString} writes: {@code HOST:PORT,TAG}. */
  public static Portal parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new InvalidInput("portal", text, "want ADDRESS:PORT,TAG");
    }
    String host = m.group(1) != null ? m.group(1) : m.group(2);
    return new Portal(host, Integer.parseInt(m.group(3)), Integer.parseInt(m.group(4)));
  }

  /** {@code HOST:PORT}, an IPv6 address in brackets. */
  public String endpoint() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return endpoint() + "," + tag;
  }
}
