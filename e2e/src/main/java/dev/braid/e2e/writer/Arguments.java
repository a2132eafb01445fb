package dev.braid.e2e.writer;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Words like {@code --name value}, each at most once, none that is not known. */
final class Arguments {

  private final Map<String, String> values = new HashMap<>();

  Arguments(Set<String> known, String... words) {
    for (int i = 0; i < words.length; i += 2) {
      String name = words[i].startsWith("--") ? words[i].substring(2) : words[i];
      if (!known.contains(name) || i + 1 == words.length) {
        throw new IllegalArgumentException("want --NAME VALUE with a NAME of " + known);
      }
      if (values.put(name, words[i + 1]) != null) {
        throw new IllegalArgumentException("--" + name + " twice");
      }
    }
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  @Nullable String optional(String name) {
    return values.get(name);
  }

  long number(String name, long otherwise) {
    String value = values.get(name);
    return value == null ? otherwise : Long.parseLong(value);
  }

  /** The key from the file that {@code --key} names; {@code -} is the first line of the input. */
  SigningKey key(BufferedReader input) throws IOException {
    String hex = keyIsInInput() ? input.readLine() : Files.readString(Path.of(text("key")));
    if (hex == null) {
      throw new IllegalArgumentException("the input ended before the key came");
    }
    return SigningKey.ofHex(hex);
  }

  boolean keyIsInInput() {
    return text("key").equals("-");
  }
}
