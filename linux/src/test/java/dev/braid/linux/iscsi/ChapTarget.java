package dev.braid.linux.iscsi;

import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials.Login;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A target's first words in a login with CHAP, for one connection. */
final class ChapTarget implements AutoCloseable {

  private static final int AUTH_FAILED = 0x0201;

  private final ServerSocket server;
  private final Login initiator;
  private final Optional<Login> self;

  /**
   * @param initiator whom it lets in
   * @param self what it proves itself with, if it does
   */
  ChapTarget(Login initiator, Optional<Login> self) throws IOException {
    this.server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    this.initiator = initiator;
    this.self = self;
    var thread = new Thread(this::serve, "chap-target");
    thread.setDaemon(true);
    thread.start();
  }

  Portal portal() {
    return new Portal("127.0.0.1", server.getLocalPort(), 1);
  }

  private void serve() {
    try (Socket socket = server.accept()) {
      var in = new DataInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      if (!"CHAP".equals(hear(in).get("AuthMethod"))) {
        say(out, AUTH_FAILED, Map.of());
        return;
      }
      say(out, 0, Map.of("AuthMethod", "CHAP"));
      ChapProof question = ChapProof.fresh();
      var asked = new LinkedHashMap<String, String>();
      asked.put("CHAP_A", hear(in).getOrDefault("CHAP_A", ""));
      question.ask(asked);
      say(out, 0, asked);
      Map<String, String> proof = hear(in);
      var answer = new LinkedHashMap<String, String>();
      ChapProof.asked(proof).ifPresent(q -> self.ifPresent(login -> q.answer(login, answer)));
      boolean proven = question.answeredBy(initiator, proof);
      say(out, proven ? 0 : AUTH_FAILED, proven ? answer : Map.of());
    } catch (EOFException e) {
      // it was told enough
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> hear(DataInputStream in) throws IOException {
    var header = new byte[48];
    in.readFully(header);
    int length = (header[6] & 0xff) << 8 | header[7] & 0xff;
    var data = new byte[length];
    in.readFully(data);
    in.readFully(new byte[-length & 3]);
    var keys = new LinkedHashMap<String, String>();
    for (String pair : new String(data, StandardCharsets.UTF_8).split("\0", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        keys.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return keys;
  }

  private static void say(OutputStream out, int status, Map<String, String> keys)
      throws IOException {
    var text = new StringBuilder();
    keys.forEach((key, value) -> text.append(key).append('=').append(value).append('\0'));
    byte[] data = text.toString().getBytes(StandardCharsets.UTF_8);
    var header = new byte[48];
    header[0] = 0x23;
    header[6] = (byte) (data.length >> 8);
    header[7] = (byte) data.length;
    header[36] = (byte) (status >> 8);
    header[37] = (byte) status;
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(header);
    bytes.writeBytes(data);
    bytes.writeBytes(new byte[-data.length & 3]);
    out.write(bytes.toByteArray());
    out.flush();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
