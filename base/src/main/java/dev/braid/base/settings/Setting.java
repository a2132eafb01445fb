package dev.braid.base.settings;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting: an environment variable and how to read it.
 *
 * @param name of the variable, {@code BRAID_...}
 * @param fallback its default as text, or null if it must be given
 * @param unit for a person: "milliseconds", "path", "ADDRESS:PORT"
 * @param secret if so, its value is never printed
 * @param <T> what it holds
 */
public record Setting<T>(
    String name,
    @Nullable String fallback,
    String unit,
    String meaning,
    boolean secret,
    Function<String, T> parser) {

  public static <T> Setting<T> required(
      String name, String unit, String meaning, Function<String, T> parser) {
    return new Setting<>(name, null, unit, meaning, false, parser);
  }

  public static <T> Setting<T> optional(
      String name, String fallback, String unit, String meaning, Function<String, T> parser) {
    return new Setting<>(name, fallback, unit, meaning, false, parser);
  }
}
