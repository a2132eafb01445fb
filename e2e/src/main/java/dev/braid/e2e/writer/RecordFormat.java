package dev.braid.e2e.writer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import javax.crypto.Mac;

/**
 * How a record lies in its 4096 bytes. For one thread.
 *
 * <pre>
 *    0  magic "BRAIDREC"        40  monotonic nanoseconds
 *    8  id of the key           48  volume, then node: a length (2 bytes) and UTF-8 each
 *   16  byte offset in volume   ..  filling
 *   24  sequence              4064  HMAC-SHA256 of all before it
 *   32  wall milliseconds
 * </pre>
 *
 * The filling depends on the sequence and differs in each sector: were it zeros, a sector that the
 * device lost would look like one that it wrote.
 */
public final class RecordFormat {

  public static final int BYTES = 4096;

  private static final long MAGIC = 0x4252414944524543L;
  private static final int SIGNATURE_BYTES = 32;
  private static final int SIGNED_BYTES = BYTES - SIGNATURE_BYTES;
  private static final int MAX_NAME_BYTES = 512;

  private final Mac mac;
  private final long keyId;

  public RecordFormat(SigningKey key) {
    this.mac = key.mac();
    this.keyId = key.id();
  }

  /** Fills one slot: the buffer's next 4096 bytes. */
  public void write(SignedRecord record, long offset, ByteBuffer slot) {
    var bytes = slot.slice(slot.position(), BYTES);
    bytes.putLong(MAGIC).putLong(keyId).putLong(offset);
    bytes.putLong(record.sequence()).putLong(record.wallMillis()).putLong(record.monotonicNanos());
    putName(bytes, record.volume());
    putName(bytes, record.node());
    fill(bytes, record.sequence());
    bytes.put(SIGNED_BYTES, sign(bytes));
    slot.position(slot.position() + BYTES);
  }

  /** What the buffer's next 4096 bytes hold, if they were read from that offset. */
  public Slot read(long offset, ByteBuffer slot) {
    var bytes = slot.slice(slot.position(), BYTES);
    slot.position(slot.position() + BYTES);
    if (isBlank(bytes)) {
      return new Slot.Blank();
    }
    if (bytes.getLong() != MAGIC) {
      return new Slot.Torn();
    }
    if (bytes.getLong() != keyId) {
      return new Slot.OtherKey();
    }
    byte[] found = new byte[SIGNATURE_BYTES];
    bytes.get(SIGNED_BYTES, found);
    if (!MessageDigest.isEqual(found, sign(bytes))) {
      return new Slot.Torn();
    }
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
    if (utf8.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("over " + MAX_NAME_BYTES + " bytes: " + name);
    }
    bytes.putShort((short) utf8.length).put(utf8);
  }

  private static String name(ByteBuffer bytes) {
    byte[] utf8 = new byte[bytes.getShort()];
    bytes.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static void fill(ByteBuffer bytes, long sequence) {
    long word = sequence;
    while (bytes.position() % Long.BYTES != 0) {
      bytes.put((byte) 0);
    }
    while (bytes.position() < SIGNED_BYTES) {
      word = word * 6364136223846793005L + 1442695040888963407L;
      bytes.putLong(word);
    }
  }

  private byte[] sign(ByteBuffer bytes) {
    mac.update(bytes.slice(0, SIGNED_BYTES));
    return mac.doFinal();
  }

  private static boolean isBlank(ByteBuffer bytes) {
    for (int at = 0; at < BYTES; at += Long.BYTES) {
      if (bytes.getLong(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
