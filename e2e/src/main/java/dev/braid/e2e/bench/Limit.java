package dev.braid.e2e.bench;

import java.util.Locale;

/**
 * What a value is to be at most, and what it is. Nothing fails by it: a measurement says, a person
 * judges.
 *
 * @param what the value is, in words without quotes
 */
record Limit(String what, double value, double most) {

  boolean met() {
    return value <= most;
  }

  String text() {
    return String.format(
        Locale.ROOT, "%s %.2f (<= %.2f %s)", what, value, most, met() ? "met" : "NOT MET");
  }

  String json() {
    return String.format(
        Locale.ROOT,
        "{\"what\":\"%s\",\"value\":%.3f,\"most\":%.3f,\"met\":%b}",
        what,
        value,
        most,
        met());
  }
}
