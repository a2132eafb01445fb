package dev.braid.rpc;

import dev.braid.base.settings.Setting;
import java.util.Locale;
import java.util.Set;

/** The setting that {@code logback.xml}, beside this class and for every program, reads. */
public final class Logging {

  private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  public static final Setting<String> LEVEL =
      Setting.optional(
          "BRAID_LOG_LEVEL",
          "INFO",
          "ERROR, WARN, INFO, DEBUG or TRACE",
          "what to log, to stderr",
          Logging::level);

  private Logging() {}

  private static String level(String text) {
    String level = text.toUpperCase(Locale.ROOT);
    if (!LEVELS.contains(level)) {
      throw new IllegalArgumentException("'" + text + "' is none of these");
    }
    return level;
  }
}
