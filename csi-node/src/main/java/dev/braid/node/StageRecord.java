package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a node must still know when it gives its word that a volume's device is gone: which
 * generation it was, and in which boot (rule 4). And then that it has that word to give, until it
 * was heard.
 *
 * @param use as {@link VolumeUse#text()}, to notice a second stage that contradicts
 */
record StageRecord(VolumeId volume, Generation generation, BootId boot, String use, State state) {

  /** Where the device is in its life. */
  enum State {
    /** It may be there: a login may follow at any moment. */
    STAGED,
    /** It was detached, and the kernel has nothing of it. */
    GONE;

    private String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String FORM = "braid stage record 2";
  private static final int LINES = 7;

  /** Of a Braid that removed the record where this one writes "gone". */
  private static final String FORM_1 = "braid stage record 1";

  private static final int LINES_1 = 6;

  static StageRecord staged(VolumeId volume, Generation generation, BootId boot, String use) {
    return new StageRecord(volume, generation, boot, use, State.STAGED);
  }

  StageRecord gone() {
    return new StageRecord(volume, generation, boot, use, State.GONE);
  }

  boolean isStaged() {
    return state == State.STAGED;
  }

  String text() {
    String body =
        String.join(
            "\n",
            FORM,
            "volume " + volume,
            "generation " + generation,
            "boot " + boot,
            "use " + use,
            "state " + state.text(),
            "");
    return body + "check " + check(body) + "\n";
  }

  /** Empty for anything that is not whole: from such nothing is attested. */
  static Optional<StageRecord> parse(String text) {
    int last = text.lastIndexOf("check ");
    if (last < 0
        || !text.substring(last).equals("check " + check(text.substring(0, last)) + "\n")) {
      return Optional.empty();
    }
    List<String> lines = text.lines().toList();
    boolean first = lines.get(0).equals(FORM_1);
    if (lines.size() != (first ? LINES_1 : LINES) || !first && !lines.get(0).equals(FORM)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new StageRecord(
              VolumeId.parse(value(lines.get(1), "volume ")),
              Generation.parse(value(lines.get(2), "generation ")),
              new BootId(value(lines.get(3), "boot ")),
              value(lines.get(4), "use "),
              first ? State.STAGED : state(value(lines.get(5), "state "))));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }

  private static State state(String text) {
    for (State state : State.values()) {
      if (state.text().equals(text)) {
        return state;
      }
    }
    throw new InvalidInput("stage record", text, "want a state");
  }

  private static String value(String line, String key) {
    if (!line.startsWith(key)) {
      throw new InvalidInput("stage record", line, "want '" + key + "'");
    }
    return line.substring(key.length());
  }

  private static String check(String body) {
    var crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
