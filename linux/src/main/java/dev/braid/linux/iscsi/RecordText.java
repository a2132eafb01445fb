package dev.braid.linux.iscsi;

import dev.braid.base.error.InvalidInput;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A node record as open-iscsi writes it: a line per setting between a first line, which names a
 * version, and a last one. Two are equal if their settings are; who wrote them does not count.
 *
 * <p>A setting may be a CHAP secret, so none shows in {@link #toString} or in an error (rule 20).
 */
public final class RecordText {

  private static final String COMMENT = "#";
  private static final String BEGIN = "# BEGIN RECORD";
  private static final String END = "# END RECORD";

  /** iscsiadm does not look at it; whoever reads the file sees of what kind it is. */
  private static final String VERSION = "2.1";

  /** Whatever open-iscsi has named itself since 2006. */
  private static final Pattern KNOWN_VERSION = Pattern.compile("2\\.\\d.*");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.\\[\\]-]+");

  /** iscsiadm reads no longer line. */
  private static final int LINE = 1024;

  private final Map<String, String> settings;

  private RecordText(Map<String, String> settings) {
    this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /** What came of reading one. */
  public sealed interface Reading {

    /** A record, whoever wrote it. */
    record Whole(RecordText record) implements Reading {}

    /**
     * What iscsiadm would take for something else than was written.
     *
     * @param why for a person; no secret
     */
    record Damaged(String why) implements Reading {}
  }

  /**
   * @param settings in the order that they are to be written in
   * @throws InvalidInput if one would not be read again as it is; its value is not told
   */
  public static RecordText of(Map<String, String> settings) {
    settings.forEach(RecordText::check);
    return new RecordText(settings);
  }

  private static void check(String name, String value) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInput("setting of a node record", name, "want a name as open-iscsi's");
    }
    if (value.isEmpty()
        || !value.equals(value.strip())
        || value.chars().anyMatch(Character::isISOControl)
        || name.length() + value.length() > LINE) {
      throw new InvalidInput(
          "the value for "
              + name
              + " cannot stand in a node record: want one line of at most "
              + LINE
              + " characters, without blanks around it");
    }
  }

  public static Reading read(String text) {
    var settings = new LinkedHashMap<String, String>();
    Optional<String> begin = Optional.empty();
    boolean ended = false;
    List<String> lines = text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    for (String line : lines) {
      if (line.startsWith(BEGIN)) {
        begin = Optional.of(line.substring(BEGIN.length()).strip());
      } else if (line.equals(END)) {
        ended = true;
      } else if (!line.startsWith(COMMENT)) {
        int equals = line.indexOf('=');
        String name = equals < 0 ? "" : line.substring(0, equals).strip();
        if (!NAME.matcher(name).matches()) {
          return new Reading.Damaged("something in it is no setting");
        }
        settings.put(name, line.substring(equals + 1).strip());
      }
    }
    if (settings.isEmpty()) {
      return new Reading.Damaged("it is empty");
    }
    if (begin.isPresent() && !KNOWN_VERSION.matcher(begin.get()).matches()) {
      return new Reading.Damaged("it is of version " + shown(begin.get()) + " and not of 2");
    }
    if (begin.isPresent() != ended) {
      return new Reading.Damaged("it is cut off");
    }
    settings.values().removeIf(String::isEmpty);
    return new Reading.Whole(new RecordText(settings));
  }

  private static String shown(String version) {
    return version.isEmpty()
        ? "unknown"
        : version.substring(0, Math.min(20, version.length())).replaceAll("\\p{Cntrl}", "?");
  }

  /** The same, and these beside or instead. */
  public RecordText with(Map<String, String> more) {
    var all = new LinkedHashMap<>(settings);
    all.putAll(more);
    return of(all);
  }

  public Optional<String> value(String name) {
    return Optional.ofNullable(settings.get(name));
  }

  /** Whether all of these are so in it. */
  public boolean has(Map<String, String> wanted) {
    return settings.entrySet().containsAll(wanted.entrySet());
  }

  /** The text, with what is secret in it. */
  public String render() {
    var text = new StringBuilder(BEGIN + " " + VERSION + "\n");
    settings.forEach((name, value) -> text.append(name).append(" = ").append(value).append('\n'));
    return text.append(END).append('\n').toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordText text && settings.equals(text.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return "a node record of " + settings.size() + " settings";
  }
}
