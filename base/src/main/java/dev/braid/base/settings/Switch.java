package dev.braid.base.settings;

import dev.braid.base.error.InvalidInput;

/** Reads settings that are on or off. */
public final class Switch {

  private Switch() {}

  public static boolean parse(String text) {
    return switch (text) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new InvalidInput("switch", text, "want on or off");
    };
  }
}
