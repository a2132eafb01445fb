package dev.braid.e2e.writer;

import dev.braid.base.VolumeId;
import java.time.Duration;

/**
 * What is written, and where: the same for every writer of one volume, one after the other, and for
 * its readers.
 *
 * @param path a file or a block device, by its path in the machine
 * @param bytes how much of it is used
 * @param ring when all of it is used, begin again; otherwise stop
 * @param interval at least this long from one record to the next
 */
public record Writing(
    VolumeId volume, String path, long bytes, boolean ring, Duration interval, SigningKey key) {

  private static final long USUAL_BYTES = 16 << 20;

  /** Round and round in 16 MiB, as fast as it goes. */
  public static Writing to(VolumeId volume, String path) {
    return new Writing(volume, path, USUAL_BYTES, true, Duration.ZERO, SigningKey.random());
  }

  /** So much, and from the begin to the end only: nothing is overwritten, so all must be there. */
  public Writing once(long bytes) {
    return new Writing(volume, path, bytes, false, interval, key);
  }

  /** Round and round in so much. */
  public Writing ring(long bytes) {
    return new Writing(volume, path, bytes, true, interval, key);
  }

  public Writing every(Duration interval) {
    return new Writing(volume, path, bytes, ring, interval, key);
  }

  /** The same volume elsewhere: another mount point, or the device behind it. */
  public Writing at(String path) {
    return new Writing(volume, path, bytes, ring, interval, key);
  }
}
