package dev.braid.e2e.volume;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.LabVolume;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;

/**
 * What a volume has at its begin, and no other has: its serial, over and over. It is told by its
 * sum. A shell writes and reads it, because a JVM for each of many volumes would take minutes.
 */
final class Signature {

  private static final int BYTES = 1 << 20;
  private static final String BLOCKS = " bs=64k count=16 ";

  /** The sum of a volume that nobody has written to. */
  static final String BLANK = sum(new byte[BYTES]);

  private Signature() {}

  static String of(LabVolume volume) {
    byte[] line = (volume.id().serial() + "\n").getBytes(US_ASCII);
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = line[i % line.length];
    }
    return sum(bytes);
  }

  /** Through the volume's map, to the storage. */
  static void write(Machine node, LabVolume volume) {
    node.run(
        "set -e; m="
            + map(volume)
            + "; yes "
            + volume.id().serial()
            + " | head -c "
            + BYTES
            + " | dd of=/dev/$m iflag=fullblock oflag=direct conv=fsync status=none"
            + BLOCKS);
  }

  /** The sums of what is read now through the volume's map, then by each of its paths. */
  static List<String> read(Machine node, LabVolume volume) {
    return node.run(
            "set -e; m="
                + map(volume)
                + "; for d in $m $(ls /sys/block/$m/slaves); do "
                + sumOf("/dev/$d", "iflag=direct")
                + "; done")
        .lines()
        .toList();
  }

  /** The sum of what is read now from a device. */
  static String at(Machine node, String device) {
    return node.run(sumOf(device, "iflag=direct"));
  }

  /** The sum of what the head itself has for the volume. */
  static String onHead(Machine head, LabVolume volume) {
    return head.run(sumOf(Head.POOL_FOLDER + "/" + volume.id().serial() + ".img", ""));
  }

  private static String map(LabVolume volume) {
    return "$(dmsetup info -c --noheadings -o blkdevname -u mpath-" + volume.wwid() + ")";
  }

  private static String sumOf(String file, String flag) {
    return "dd if=" + file + BLOCKS + flag + " status=none | md5sum | cut -d ' ' -f 1";
  }

  private static String sum(byte[] bytes) {
    try {
      var sum = new BigInteger(1, MessageDigest.getInstance("MD5").digest(bytes));
      return String.format(Locale.ROOT, "%032x", sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
