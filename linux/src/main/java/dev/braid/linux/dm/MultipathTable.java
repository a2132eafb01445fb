package dev.braid.linux.dm;

import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import java.util.ArrayList;
import java.util.List;

/**
 * A multipath map's line of a table: its features and its paths.
 *
 * @param features as they stand, {@code queue_if_no_path} among them while queueing is on
 * @param paths every path, of all groups, in the order of the table
 */
public record MultipathTable(List<String> features, List<DeviceNumber> paths) {

  /** Of a map without paths. */
  static final MultipathTable NONE = new MultipathTable(List.of(), List.of());

  public MultipathTable {
    features = List.copyOf(features);
    paths = List.copyOf(paths);
  }

  /** Reads what the kernel prints after {@code multipath}. */
  public static MultipathTable parse(String text) {
    var words = new Words(text);
    List<String> features = words.counted();
    words.counted(); // the hardware handler
    int groups = words.number();
    words.number(); // the group to begin with
    var paths = new ArrayList<DeviceNumber>();
    for (int group = 0; group < groups; group++) {
      words.word(); // the path selector
      words.counted();
      int count = words.number();
      int arguments = words.number();
      for (int path = 0; path < count; path++) {
        paths.add(words.device());
        words.skip(arguments);
      }
    }
    return new MultipathTable(features, paths);
  }

  /** Whether I/O waits while no path is left, instead of failing. */
  public boolean queueing() {
    return features.contains("queue_if_no_path");
  }

  /** A line's words, taken one by one. */
  static final class Words {

    private final String text;
    private final String[] words;
    private int next;

    Words(String text) {
      this.text = text;
      this.words = text.strip().split("\\s+");
    }

    String word() {
      if (next >= words.length) {
        throw unreadable();
      }
      return words[next++];
    }

    int number() {
      try {
        return Integer.parseInt(word());
      } catch (NumberFormatException e) {
        throw unreadable();
      }
    }

    DeviceNumber device() {
      String word = word();
      if (!DeviceNumber.looksLikeOne(word)) {
        throw unreadable();
      }
      return DeviceNumber.parse(word);
    }

    /** A number and as many words. */
    List<String> counted() {
      int count = number();
      var taken = new ArrayList<String>();
      for (int i = 0; i < count; i++) {
        taken.add(word());
      }
      return taken;
    }

    void skip(int count) {
      for (int i = 0; i < count; i++) {
        word();
      }
    }

    private KernelRefused unreadable() {
      return new KernelRefused("cannot read what device-mapper says of a map: " + text);
    }
  }
}
