package dev.braid.e2e.writer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;
import javax.crypto.Mac;

/**
 * How a record lies in its 4096 bytes. For one thread.
 *
 * <pre>
 *    0  magic "BRAIDREC"        40  monotonic nanoseconds
 *    8  id of the key           48  volume, then node: a length (2 bytes) and UTF-8 each
 *   16  byte offset in volume  472  CRC-32C of sectors 1 to 7
 *   24  sequence               480  HMAC-SHA256 of all before it
 *   32  wall milliseconds      512  sectors 1 to 7: the sequence, then a pattern
 * </pre>
 *
 * The sequence stands in each sector: were they all alike, a sector that the device lost would look
 * like one that it wrote. Only the first sector is signed, and with it the others' checksum: to
 * compute the signature over all of it takes milliseconds in an emulated machine whose JVM has just
 * started, and then the writer would measure itself.
 */
public final class RecordFormat {

  public static final int BYTES = 4096;

  private static final long MAGIC = 0x4252414944524543L;
  private static final int SECTOR = 512;
  private static final int CRC_AT = 472;
  private static final int SIGNATURE_AT = 480;
  private static final byte PATTERN = 0x5a;
  private static final ByteBuffer BLANK = ByteBuffer.allocateDirect(BYTES).asReadOnlyBuffer();

  private final Mac mac;
  private final long keyId;
  private final CRC32C crc = new CRC32C();
  private final byte[] pattern = new byte[BYTES];
  private final byte[] signature = new byte[SECTOR - SIGNATURE_AT];

  public RecordFormat(SigningKey key) {
    this.mac = key.mac();
    this.keyId = key.id();
    Arrays.fill(pattern, PATTERN);
  }

  /** Fills one slot: the buffer's next 4096 bytes. */
  public void write(SignedRecord record, long offset, ByteBuffer slot) {
    var bytes = slot.slice(slot.position(), BYTES);
    slot.position(slot.position() + BYTES);
    bytes.put(0, pattern);
    for (int sector = SECTOR; sector < BYTES; sector += SECTOR) {
      bytes.putLong(sector, record.sequence());
    }
    bytes.putLong(MAGIC).putLong(keyId).putLong(offset);
    bytes.putLong(record.sequence()).putLong(record.wallMillis()).putLong(record.monotonicNanos());
    putName(bytes, record.volume());
    putName(bytes, record.node());
    if (bytes.position() > CRC_AT) {
      throw new IllegalArgumentException("names too long: " + record);
    }
    bytes.putLong(CRC_AT, checksum(bytes));
    bytes.put(SIGNATURE_AT, sign(bytes));
  }

  /** What the buffer's next 4096 bytes hold, if they were read from that offset. */
  public Slot read(long offset, ByteBuffer slot) {
    var bytes = slot.slice(slot.position(), BYTES);
    slot.position(slot.position() + BYTES);
    if (bytes.getLong(0) != MAGIC) {
      return bytes.mismatch(BLANK.duplicate()) < 0 ? new Slot.Blank() : new Slot.Torn();
    }
    if (bytes.getLong(Long.BYTES) != keyId) {
      return new Slot.OtherKey();
    }
    bytes.get(SIGNATURE_AT, signature);
    if (!MessageDigest.isEqual(signature, sign(bytes))
        || bytes.getLong(CRC_AT) != checksum(bytes)) {
      return new Slot.Torn();
    }
    bytes.position(2 * Long.BYTES);
    long writtenFor = bytes.getLong();
    long sequence = bytes.getLong();
    long wallMillis = bytes.getLong();
    long monotonicNanos = bytes.getLong();
    String volume = name(bytes);
    String node = name(bytes);
    var record = new SignedRecord(volume, node, sequence, wallMillis, monotonicNanos);
    return writtenFor == offset ? new Slot.Signed(record) : new Slot.Misplaced(record, writtenFor);
  }

  private static void putName(ByteBuffer bytes, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > bytes.remaining() - Short.BYTES) {
      throw new IllegalArgumentException("too long: " + name);
    }
    bytes.putShort((short) utf8.length).put(utf8);
  }

  private static String name(ByteBuffer bytes) {
    byte[] utf8 = new byte[bytes.getShort()];
    bytes.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private long checksum(ByteBuffer bytes) {
    crc.reset();
    crc.update(bytes.slice(SECTOR, BYTES - SECTOR));
    return crc.getValue();
  }

  private byte[] sign(ByteBuffer bytes) {
    mac.update(bytes.slice(0, SIGNATURE_AT));
    return mac.doFinal();
  }
}
