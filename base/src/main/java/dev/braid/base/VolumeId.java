package dev.braid.base;

import dev.braid.base.error.InvalidInput;

/**
 * A volume's id as CSI carries it: {@code POOL/SERIAL}. It says by itself which head to ask and
 * which WWID to look for, so that a detach needs no memory (rule 4).
 */
public record VolumeId(PoolName pool, Serial serial) {

  public static VolumeId parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new InvalidInput("volume id", text, "want POOL/SERIAL");
    }
    return new VolumeId(
        new PoolName(text.substring(0, slash)), new Serial(text.substring(slash + 1)));
  }

  public Wwid wwid() {
    return serial.wwid();
  }

  @Override
  public String toString() {
    return pool + "/" + serial;
  }
}
