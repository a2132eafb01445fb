package dev.braid.base.settings;

import dev.braid.base.error.InvalidInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a program's settings, read once at start. */
public final class Settings {

  private final Map<Setting<?>, Object> values;
  private final List<String> lines;

  private Settings(Map<Setting<?>, Object> values, List<String> lines) {
    this.values = values;
    this.lines = lines;
  }

  /**
   * Reads every setting and reports all mistakes at once, so that a person mends them in one go. A
   * variable that begins with {@code BRAID_} and is not declared is a mistake too: it is a typing
   * error that would otherwise leave a default in force unseen.
   *
   * @throws InvalidInput naming each variable that is missing, wrong or unknown
   */
  public static Settings read(Map<String, String> environment, List<Setting<?>> declared) {
    var values = new LinkedHashMap<Setting<?>, Object>();
    var lines = new ArrayList<String>();
    var mistakes = new ArrayList<String>();
    for (Setting<?> setting : declared) {
      String text = environment.getOrDefault(setting.name(), setting.fallback());
      if (text == null) {
        mistakes.add(setting.name() + " is not set: " + setting.meaning());
        continue;
      }
      try {
        values.put(setting, setting.parser().apply(text));
      } catch (IllegalArgumentException | InvalidInput | java.time.DateTimeException e) {
        mistakes.add(setting.name() + " (" + setting.unit() + "): " + e.getMessage());
        continue;
      }
      lines.add(
          setting.name()
              + "="
              + (setting.secret() ? "(hidden)" : text)
              + "  # "
              + setting.unit()
              + (text.equals(setting.fallback()) ? ", default" : ""));
    }
    environment.keySet().stream()
        .filter(name -> name.startsWith("BRAID_"))
        .filter(name -> declared.stream().noneMatch(s -> s.name().equals(name)))
        .sorted()
        .forEach(name -> mistakes.add(name + " is not a setting of this program"));
    if (!mistakes.isEmpty()) {
      throw new InvalidInput("settings: " + String.join("; ", mistakes));
    }
    return new Settings(values, List.copyOf(lines));
  }

  @SuppressWarnings("unchecked") // a setting's value was made by that setting's own parser
  public <T> T get(Setting<T> setting) {
    Object value = values.get(setting);
    if (value == null) {
      throw new IllegalArgumentException(setting.name() + " is not declared for this program");
    }
    return (T) value;
  }

  /** One line for each setting, for the log at start. */
  public List<String> lines() {
    return lines;
  }
}
