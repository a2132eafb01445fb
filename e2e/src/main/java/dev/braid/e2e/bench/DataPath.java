package dev.braid.e2e.bench;

import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What a reader or writer gets from a volume: through Braid's map, and through one that an
 * administrator made by hand of the same two paths, with device-mapper's usual way to share them.
 */
final class DataPath {

  private static final int ROUNDS = 5;
  private static final int OTHERS = 1;
  private static final Duration FIO = Duration.ofMinutes(3);
  private static final String BY_HAND = "bench-by-hand";

  /** Ours at least so much of theirs, said the other way round: theirs of ours. */
  private static final double SLOWER = 1.05;

  /** fio's word for it, the size of one request, how many at once. */
  private enum Load {
    RANDREAD("randread", "4k", 16, "iops"),
    RANDWRITE("randwrite", "4k", 16, "iops"),
    READ("read", "1M", 4, "mib_s"),
    WRITE("write", "1M", 4, "mib_s");

    private final String verb;
    private final String block;
    private final int depth;
    private final String unit;

    Load(String verb, String block, int depth, String unit) {
      this.verb = verb;
      this.block = block;
      this.depth = depth;
      this.unit = unit;
    }

    /** Prints its terse form of version 3, whose fields are numbered in its manual. */
    String fio(String device) {
      return String.format(
          Locale.ROOT,
          "fio --name=bench --filename=%s --direct=1 --ioengine=libaio --rw=%s --bs=%s"
              + " --iodepth=%d --runtime=6 --ramp_time=1 --time_based --randrepeat=1"
              + " --output-format=terse --terse-version=3",
          device,
          verb,
          block,
          depth);
    }

    /** From the fields of reads or of writes: KiB in all, KiB/s, requests in a second. */
    double value(String said) {
      String[] fields =
          said.lines().filter(l -> l.startsWith(TERSE)).findFirst().orElse("").split(";");
      int first = verb.endsWith("read") ? READS : WRITES;
      if (fields.length < first + 3) {
        throw new LabException("fio said something else than its terse form: " + said);
      }
      return unit.equals("iops")
          ? Double.parseDouble(fields[first + 2])
          : Double.parseDouble(fields[first + 1]) / 1024;
    }
  }

  /** Its lines begin with its version. */
  private static final String TERSE = "3;";

  /** Where the fields of each begin. */
  private static final int READS = 5;

  private static final int WRITES = 46;

  private static final Pattern PATH = Pattern.compile("\\b\\d+:\\d+\\b");
  private static final Pattern SECTORS = Pattern.compile("\\b0 (\\d+) multipath ");

  private DataPath() {}

  static List<Row> run(BenchLab lab) throws Exception {
    List<BenchLun> luns = lab.luns(1 + OTHERS, 2);
    Map<Load, List<Double>> ours = new LinkedHashMap<>();
    Map<Load, List<Double>> theirs = new LinkedHashMap<>();
    lab.during(
        luns.subList(1, luns.size()),
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            throughBraid(lab, luns.get(0), ours);
            byHand(lab, luns.get(0), theirs);
            Progress.say("  data-path: round " + (round + 1) + " of " + ROUNDS);
          }
        });
    var rows = new ArrayList<Row>();
    for (Load load : Load.values()) {
      double hand = median(theirs.getOrDefault(load, List.of()));
      double braid = median(ours.getOrDefault(load, List.of()));
      String name = "data-path-" + load.verb;
      rows.add(Row.ofValue(name, "by hand", ROUNDS, load.unit, hand));
      rows.add(
          Row.ofValue(name, Subject.BRAID.text(), ROUNDS, load.unit, braid)
              .heldTo(new Limit("by hand of braid", hand / braid, SLOWER)));
    }
    return rows;
  }

  private static void throughBraid(BenchLab lab, BenchLun lun, Map<Load, List<Double>> measured) {
    lab.guest(Subject.BRAID).measure("attach", List.of(lun));
    measure(lab.node(), "/dev/disk/by-id/dm-uuid-mpath-" + lun.context().wwid().text(), measured);
    lab.guest(Subject.BRAID).measure("detach", List.of(lun));
  }

  /** The floor's attach finds the paths; multipathd's map of them makes room for the other. */
  private static void byHand(BenchLab lab, BenchLun lun, Map<Load, List<Double>> measured) {
    lab.guest(Subject.FLOOR).measure("attach", List.of(lun));
    String uuid = "mpath-" + lun.context().wwid().text();
    String table = lab.node().run("dmsetup table -u " + uuid);
    List<String> paths = PATH.matcher(table).results().map(MatchResult::group).toList();
    String sectors =
        SECTORS
            .matcher(table)
            .results()
            .map(r -> r.group(1))
            .findFirst()
            .orElseThrow(() -> new LabException("no multipath table: " + table));
    lab.node()
        .run(
            "dmsetup remove --retry $(dmsetup info -c --noheadings -o name -u "
                + uuid
                + ") && dmsetup create "
                + BY_HAND
                + " --table '0 "
                + sectors
                + " multipath 0 0 1 1 service-time 0 "
                + paths.size()
                + " 1 "
                + String.join(" 1 ", paths)
                + " 1'");
    measure(lab.node(), "/dev/mapper/" + BY_HAND, measured);
    lab.node().run("dmsetup remove --retry " + BY_HAND);
    for (String path : paths) {
      lab.node().run("echo 1 > /sys/dev/block/" + path + "/device/delete");
    }
  }

  private static void measure(Machine node, String device, Map<Load, List<Double>> measured) {
    for (Load load : Load.values()) {
      double value = load.value(node.run(FIO, load.fio(device)));
      measured.computeIfAbsent(load, l -> new ArrayList<>()).add(value);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
