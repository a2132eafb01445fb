package dev.braid.linux.filesystem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The primary superblock of an ext file system, as far as it is needed.
 *
 * @param everMounted whether it was mounted since it was made
 */
public record Ext4Superblock(boolean everMounted) {

  private static final int OFFSET = 1024;

  private static final int MAGIC_AT = OFFSET + 0x38;
  private static final int MAGIC = 0xef53;
  private static final int MOUNT_TIME_AT = OFFSET + 0x2c;
  private static final int MOUNT_COUNT_AT = OFFSET + 0x34;
  private static final int MOUNT_TIME_HIGH_AT = OFFSET + 0x274;

  /**
   * @param start the first bytes of the device, at least 2048
   */
  public static Optional<Ext4Superblock> parse(byte[] start) {
    var bytes = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    if ((bytes.getShort(MAGIC_AT) & 0xffff) != MAGIC) {
      return Optional.empty();
    }
    boolean mounted =
        bytes.getInt(MOUNT_TIME_AT) != 0
            || bytes.getShort(MOUNT_COUNT_AT) != 0
            || bytes.get(MOUNT_TIME_HIGH_AT) != 0;
    return Optional.of(new Ext4Superblock(mounted));
  }
}
