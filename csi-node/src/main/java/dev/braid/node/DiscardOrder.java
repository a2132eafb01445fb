package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Leave to lose what was written to a volume and is not on its storage, for one stage of it: the
 * same volume staged again, or after a boot, may hold what nobody gave up.
 *
 * @param generation of what is staged; empty where the node does not know it
 * @param by who answers for it
 */
record DiscardOrder(
    VolumeId volume,
    Optional<Generation> generation,
    BootId boot,
    Instant at,
    String by,
    String reason) {

  private static final String FORM = "braid discard order 1";
  private static final String UNKNOWN = "unknown";
  private static final int LINES = 7;
  private static final int LONGEST = 200;

  /** In the place of who gives an order, where the head has fenced what is staged. */
  static final String HEAD = "the head";

  /** A person gives an order for the trouble of the moment, not for one that comes weeks later. */
  static final Duration LASTS = Duration.ofHours(1);

  DiscardOrder {
    requireLine("who orders the discard", by);
    requireLine("the reason of the discard", reason);
  }

  /** It becomes a line of a file and of a log. */
  private static void requireLine(String what, String text) {
    if (text.isBlank()
        || text.length() > LONGEST
        || text.chars().anyMatch(c -> Character.isISOControl(c))) {
      throw new InvalidInput(what, text, "want one line of at most " + LONGEST + " characters");
    }
  }

  /**
   * Why it is not about what is staged now; empty if it is. What the head has fenced stays fenced;
   * a person's order is for an hour.
   */
  Optional<String> whyVoid(BootId nowBoot, Optional<Generation> staged, Instant now) {
    if (!boot.equals(nowBoot)) {
      return Optional.of("it was given in another boot of this node");
    }
    if (!by.equals(HEAD) && (now.isBefore(at) || now.isAfter(at.plus(LASTS)))) {
      return Optional.of(
          "it is of " + at + " and was for an hour; give it again if it is still meant");
    }
    if (!generation.equals(staged)) {
      return Optional.of("it is about " + named(generation) + ", and here is " + named(staged));
    }
    return Optional.empty();
  }

  static String named(Optional<Generation> generation) {
    return generation.map(g -> "generation " + g).orElse("an unknown generation");
  }

  /** For messages. */
  String describe() {
    return "order of " + by + " to discard volume " + volume + ", " + named(generation);
  }

  String text() {
    return String.join(
        "\n",
        FORM,
        "volume " + volume,
        "generation " + generation.map(Generation::toString).orElse(UNKNOWN),
        "boot " + boot,
        "at " + at,
        "by " + by,
        "reason " + reason,
        "");
  }

  /** Empty for anything that is not whole: by such nothing is discarded. */
  static Optional<DiscardOrder> parse(String text) {
    List<String> lines = text.lines().toList();
    if (lines.size() != LINES || !lines.get(0).equals(FORM)) {
      return Optional.empty();
    }
    try {
      String generation = value(lines.get(2), "generation ");
      return Optional.of(
          new DiscardOrder(
              VolumeId.parse(value(lines.get(1), "volume ")),
              generation.equals(UNKNOWN)
                  ? Optional.empty()
                  : Optional.of(Generation.parse(generation)),
              new BootId(value(lines.get(3), "boot ")),
              Instant.parse(value(lines.get(4), "at ")),
              value(lines.get(5), "by "),
              value(lines.get(6), "reason ")));
    } catch (InvalidInput | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String value(String line, String key) {
    if (!line.startsWith(key)) {
      throw new InvalidInput("order to discard", line, "want '" + key + "'");
    }
    return line.substring(key.length());
  }
}
