package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.stack.LabVolume;
import java.util.List;

/** A volume's device on a node as the kernel has it, looked at and treated past Braid. */
record Device(Machine node, LabVolume volume) {

  private static final String ALL = "/sys/class/scsi_device/*/device";

  /** The kernel's name of its map, {@code dm-0}. */
  String map() {
    return node.run("dmsetup info -c --noheadings -o blkdevname -u mpath-" + volume.wwid());
  }

  /** The map's own name. */
  String name() {
    return node.run("dmsetup info -c --noheadings -o name -u mpath-" + volume.wwid());
  }

  String table() {
    return node.run("dmsetup table -u mpath-" + volume.wwid());
  }

  /** The kernel's names of the map's paths: {@code sdb}, {@code sdc}. */
  List<String> paths() {
    return List.of(node.run("ls /sys/block/" + map() + "/slaves").split("\\s+"));
  }

  /**
   * How many SCSI devices the kernel keeps as this LUN, whoever made them, and whatever answers.
   */
  long kept() {
    return node
        .exec("for d in " + ALL + "; do tr -cd 0-9a-f < $d/vpd_pg80; echo; done 2>/dev/null")
        .lines()
        .stream()
        .filter(line -> line.equals(volume.id().serial().toString()))
        .count();
  }

  /** Writes a word to its first block, for a block volume. */
  void mark(String word) {
    node.run(
        "echo " + word + " | dd of=/dev/" + map() + " bs=4096 conv=sync oflag=direct status=none");
  }

  /** What its first block has, past every cache. */
  String marked() {
    return node.run(
        "dd if=/dev/" + map() + " bs=4096 count=1 iflag=direct status=none | tr -d '\\0'");
  }
}
