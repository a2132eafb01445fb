package dev.braid.base;

import dev.braid.base.error.InvalidInput;

/**
 * Which life of a publication is meant (rule 7): it begins with the first publish after a
 * withdrawal, so that word about an earlier life cannot be taken for word about this one.
 */
public record Generation(long value) implements Comparable<Generation> {

  public Generation {
    if (value < 1) {
      throw new InvalidInput("generation", Long.toString(value), "want a number from 1");
    }
  }

  public static Generation parse(String text) {
    try {
      return new Generation(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new InvalidInput("generation", text, "want a number");
    }
  }

  @Override
  public int compareTo(Generation other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
