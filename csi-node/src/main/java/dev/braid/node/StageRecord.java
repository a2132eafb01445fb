package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a node must still know when it gives its word that a volume's device is gone: which
 * generation it was, and in which boot (rule 4).
 *
 * @param use as {@link VolumeUse#text()}, to notice a second stage that contradicts
 */
record StageRecord(VolumeId volume, Generation generation, BootId boot, String use) {

  private static final String FORM = "braid stage record 1";
  private static final int LINES = 6;

  String text() {
    String body =
        String.join(
            "\n",
            FORM,
            "volume " + volume,
            "generation " + generation,
            "boot " + boot,
            "use " + use,
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
    if (lines.size() != LINES || !lines.get(0).equals(FORM)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new StageRecord(
              VolumeId.parse(value(lines.get(1), "volume ")),
              Generation.parse(value(lines.get(2), "generation ")),
              new BootId(value(lines.get(3), "boot ")),
              value(lines.get(4), "use ")));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
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
