package dev.braid.initiator;

import dev.braid.base.Wwid;
import dev.braid.linux.sysfs.ScsiDevice;

/** What to make of a device at the address of a path. */
record PathCheck(ScsiDevice device, Verdict verdict, String why) {

  /** The verdicts. */
  enum Verdict {
    /** It says that it is the LUN. */
    OURS,
    /** It does not count: it says nothing. */
    SILENT,
    /** Another LUN is behind the address. It is left as it is (F4). */
    WRONG,
    /**
     * The LUN is behind the address, but what the kernel read when it made the device is not so any
     * more, as where another LUN was there (rule 11): size, identity, write protection.
     */
    STALE
  }

  static PathCheck of(Wwid expected, ScsiDevice device, Identity.Word word) {
    if (word.wwid().isEmpty()) {
      return new PathCheck(device, Verdict.SILENT, device.describe() + ": " + word.silence());
    }
    String said = word.wwid().get();
    if (!said.equals(expected.text())) {
      return new PathCheck(
          device, Verdict.WRONG, device.describe() + " says it is " + said + ", not " + expected);
    }
    if (device.kept().isPresent() && !device.keptAs(expected)) {
      return new PathCheck(
          device,
          Verdict.STALE,
          device.describe()
              + " is still known to the kernel as "
              + device.kept().get()
              + ", which was behind this address before");
    }
    return new PathCheck(device, Verdict.OURS, "");
  }

  boolean ours() {
    return verdict == Verdict.OURS;
  }
}
