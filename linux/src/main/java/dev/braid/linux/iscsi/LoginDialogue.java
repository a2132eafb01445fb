package dev.braid.linux.iscsi;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Login requests and responses of RFC 7143 over one connection, in its security stage. The session
 * identifier is a random one, so that no session of this machine is taken for an older one of it
 * and ended.
 */
final class LoginDialogue {

  private static final int HEADER = 48;
  private static final int LOGIN_REQUEST = 0x43;
  private static final int LOGIN_RESPONSE = 0x23;
  private static final int OPCODE = 0x3f;
  private static final int RANDOM_ISID = 0x80;
  private static final int STAT_SN = 24;
  private static final int EXP_STAT_SN = 28;
  private static final int LARGEST_ANSWER = 64 << 10;

  /** What a request asks for beside its keys. */
  enum Then {
    STAY(0),
    /** To leave the security stage for the operational one, and no further. */
    LEAVE(0x81);

    private final int flags;

    Then(int flags) {
      this.flags = flags;
    }
  }

  /** The other side speaks, and not iSCSI. */
  static final class Garbled extends IOException {
    private static final long serialVersionUID = 1L;

    Garbled(String why) {
      super(why);
    }
  }

  /**
   * What the target said.
   *
   * @param status class and detail as the RFC numbers them
   */
  record Response(int status, Map<String, String> keys) {}

  private final DataInputStream in;
  private final OutputStream out;
  private final byte[] isid = new byte[6];
  private int expected;

  LoginDialogue(DataInputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
    ThreadLocalRandom.current().nextBytes(isid);
    isid[0] = (byte) RANDOM_ISID;
  }

  Response say(Map<String, String> keys, Then then) throws IOException {
    out.write(request(keys, then));
    return hear();
  }

  byte[] request(Map<String, String> keys, Then then) {
    var text = new StringBuilder();
    keys.forEach((key, value) -> text.append(key).append('=').append(value).append('\0'));
    byte[] data = text.toString().getBytes(StandardCharsets.UTF_8);
    var header = new byte[HEADER];
    header[0] = LOGIN_REQUEST;
    header[1] = (byte) then.flags;
    header[5] = (byte) (data.length >> 16);
    header[6] = (byte) (data.length >> 8);
    header[7] = (byte) data.length;
    System.arraycopy(isid, 0, header, 8, isid.length);
    ByteBuffer.wrap(header).putInt(EXP_STAT_SN, expected);
    var request = new ByteArrayOutputStream();
    request.writeBytes(header);
    request.writeBytes(data);
    request.writeBytes(new byte[-data.length & 3]);
    return request.toByteArray();
  }

  Response hear() throws IOException {
    var header = new byte[HEADER];
    in.readFully(header);
    if ((header[0] & OPCODE) != LOGIN_RESPONSE) {
      throw new Garbled("its answer is no login response");
    }
    int length = (header[5] & 0xff) << 16 | (header[6] & 0xff) << 8 | header[7] & 0xff;
    if (length > LARGEST_ANSWER) {
      throw new Garbled("its answer is of " + length + " bytes");
    }
    var data = new byte[length];
    in.readFully(data);
    in.readFully(new byte[-length & 3]);
    expected = ByteBuffer.wrap(header).getInt(STAT_SN) + 1;
    var keys = new LinkedHashMap<String, String>();
    for (String pair : new String(data, StandardCharsets.UTF_8).split("\0", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        keys.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return new Response((header[36] & 0xff) << 8 | header[37] & 0xff, keys);
  }
}
