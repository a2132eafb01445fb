package dev.braid.linux.multipath;

import dev.braid.base.error.InvalidInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The settings that multipathd has in force, as its answer to {@code show config} tells: whatever
 * the files say, and whichever of them was read last.
 */
public final class MultipathSettings {

  private static final String DEFAULTS = "defaults";
  private static final String OVERRIDES = "overrides";
  private static final String DEVICES = "devices";
  private static final String BLACKLIST = "blacklist";

  /** Keys by section; devices one by one. */
  private final Map<String, Map<String, String>> sections;

  private final List<Map<String, String>> devices;

  /** Expressions; a key that stands more than once. */
  private final List<String> passedOver;

  private MultipathSettings(
      Map<String, Map<String, String>> sections,
      List<Map<String, String>> devices,
      List<String> passedOver) {
    this.sections = sections;
    this.devices = devices;
    this.passedOver = List.copyOf(passedOver);
  }

  /**
   * A value, and where it is set.
   *
   * @param section for a person who is to change it there
   */
  public record Setting(String value, String section) {}

  /**
   * @throws InvalidInput if it is no such answer
   */
  public static MultipathSettings parse(String text) {
    var sections = new LinkedHashMap<String, Map<String, String>>();
    var devices = new ArrayList<Map<String, String>>();
    var passedOver = new ArrayList<String>();
    var open = new ArrayDeque<Map<String, String>>();
    String top = "";
    for (String raw : text.split("\n", -1)) {
      String line = raw.strip();
      if (line.endsWith("{")) {
        Map<String, String> section = new LinkedHashMap<>();
        if (open.isEmpty()) {
          top = line.substring(0, line.length() - 1).strip();
          sections.put(top, section);
        } else if (top.equals(DEVICES)) {
          devices.add(section);
        }
        open.addLast(section);
      } else if (line.equals("}")) {
        if (open.pollLast() == null) {
          throw notOne();
        }
      } else if (!line.isEmpty() && !open.isEmpty()) {
        int blank = line.indexOf(' ');
        String key = blank < 0 ? line : line.substring(0, blank);
        String value = blank < 0 ? "" : unquoted(line.substring(blank + 1).strip());
        open.getLast().put(key, value);
        if (open.size() == 1 && top.equals(BLACKLIST) && key.equals("property")) {
          passedOver.add(value);
        }
      }
    }
    if (!open.isEmpty() || !sections.containsKey(DEFAULTS)) {
      throw notOne();
    }
    return new MultipathSettings(sections, devices, passedOver);
  }

  private static InvalidInput notOne() {
    return new InvalidInput("multipathd's answer to 'show config' is of a form that is not known");
  }

  private static String unquoted(String value) {
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  public Optional<String> ofDefaults(String key) {
    return Optional.ofNullable(sections.getOrDefault(DEFAULTS, Map.of()).get(key));
  }

  /**
   * The setting that holds for a device: of the overrides, else of the last section of devices that
   * names it, else the default.
   */
  public Optional<Setting> inForce(String vendor, String product, String key) {
    Map<String, String> overrides = sections.getOrDefault(OVERRIDES, Map.of());
    if (overrides.containsKey(key)) {
      return Optional.of(new Setting(overrides.get(key), OVERRIDES));
    }
    for (int i = devices.size() - 1; i >= 0; i--) {
      Map<String, String> device = devices.get(i);
      if (device.containsKey(key) && names(device, vendor, product)) {
        return Optional.of(
            new Setting(
                device.get(key),
                "device with vendor '"
                    + device.get("vendor")
                    + "' and product '"
                    + device.get("product")
                    + "'"));
      }
    }
    return ofDefaults(key).map(value -> new Setting(value, DEFAULTS));
  }

  /** Whether the blacklist has this expression for the names of udev's properties. */
  public boolean passesOver(String expression) {
    return passedOver.contains(expression);
  }

  private static boolean names(Map<String, String> device, String vendor, String product) {
    return matches(device.get("vendor"), vendor) && matches(device.get("product"), product);
  }

  /** As multipathd does: anywhere in the text, unless the expression itself says otherwise. */
  private static boolean matches(@Nullable String expression, String text) {
    if (expression == null) {
      return false;
    }
    try {
      return Pattern.compile(expression).matcher(text).find();
    } catch (PatternSyntaxException e) {
      return false; // POSIX knows forms that Java does not; Braid's own entry has none
    }
  }
}
