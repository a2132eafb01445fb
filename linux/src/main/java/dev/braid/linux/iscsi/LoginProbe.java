package dev.braid.linux.iscsi;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Asks a target what it would say to a login, by beginning one and hanging up before it comes into
 * being. For finding out why a real one failed: open-iscsi's exit codes do not tell an initiator
 * without an ACL from one with a wrong secret, or a target that is not there from one that is
 * disabled.
 *
 * <p>The request is in the words of RFC 7143. Its session identifier is a random one, so that no
 * session of this machine is taken for an older one of it and ended.
 */
public final class LoginProbe {

  private static final int HEADER = 48;
  private static final int LOGIN_REQUEST = 0x43;
  private static final int LOGIN_RESPONSE = 0x23;
  private static final int OPCODE = 0x3f;

  /** Leave the security stage for the operational one. */
  private static final int SECURITY_TO_OPERATIONAL = 0x81;

  private static final int RANDOM_ISID = 0x80;
  private static final int LARGEST_ANSWER = 64 << 10;

  private LoginProbe() {}

  /** What came of it. */
  public sealed interface Answer {

    /**
     * The target spoke.
     *
     * @param status class and detail as the RFC numbers them: 0x0203 is "target not found"
     * @param keys what it said beside that
     */
    record Said(int status, Map<String, String> keys) implements Answer {}

    /** A connection came about, and then nothing more. */
    record Silent() implements Answer {}

    /** Somebody is there who does not speak iSCSI, or hung up. */
    record NotIscsi(String why) implements Answer {}

    /** No connection came about. */
    record NoConnection(IOException why) implements Answer {}
  }

  public static Answer ask(Iqn initiator, Iqn target, Portal portal, Deadline deadline) {
    try (var socket = new Socket()) {
      try {
        socket.connect(
            new InetSocketAddress(portal.host(), portal.port()),
            Math.max(1, deadline.leftMillis()));
      } catch (IOException e) {
        return new Answer.NoConnection(e);
      }
      socket.setSoTimeout(Math.max(1, deadline.leftMillis()));
      socket.getOutputStream().write(request(initiator, target));
      return answer(new DataInputStream(socket.getInputStream()));
    } catch (SocketTimeoutException e) {
      return new Answer.Silent();
    } catch (EOFException e) {
      return new Answer.NotIscsi("it hung up");
    } catch (IOException e) {
      return new Answer.NotIscsi(String.valueOf(e.getMessage()));
    }
  }

  static byte[] request(Iqn initiator, Iqn target) {
    byte[] keys =
        ("InitiatorName="
                + initiator
                + "\0TargetName="
                + target
                + "\0SessionType=Normal\0AuthMethod=CHAP,None\0")
            .getBytes(StandardCharsets.UTF_8);
    var header = new byte[HEADER];
    header[0] = LOGIN_REQUEST;
    header[1] = (byte) SECURITY_TO_OPERATIONAL;
    header[5] = (byte) (keys.length >> 16);
    header[6] = (byte) (keys.length >> 8);
    header[7] = (byte) keys.length;
    var isid = new byte[6];
    ThreadLocalRandom.current().nextBytes(isid);
    isid[0] = (byte) RANDOM_ISID;
    System.arraycopy(isid, 0, header, 8, isid.length);
    var request = new ByteArrayOutputStream();
    request.writeBytes(header);
    request.writeBytes(keys);
    request.writeBytes(new byte[-keys.length & 3]);
    return request.toByteArray();
  }

  static Answer answer(DataInputStream in) throws IOException {
    var header = new byte[HEADER];
    in.readFully(header);
    if ((header[0] & OPCODE) != LOGIN_RESPONSE) {
      return new Answer.NotIscsi("its answer is no login response");
    }
    int length = (header[5] & 0xff) << 16 | (header[6] & 0xff) << 8 | header[7] & 0xff;
    if (length > LARGEST_ANSWER) {
      return new Answer.NotIscsi("its answer is of " + length + " bytes");
    }
    var data = new byte[length];
    in.readFully(data);
    var keys = new LinkedHashMap<String, String>();
    for (String pair : new String(data, StandardCharsets.UTF_8).split("\0", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        keys.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return new Answer.Said((header[36] & 0xff) << 8 | header[37] & 0xff, keys);
  }
}
