package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.iscsi.LoginProbe.Answer;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LoginProbeTest {

  private static final Iqn SELF = new Iqn("iqn.2026-11.dev.braid.lab:node1");
  private static final Iqn TARGET = new Iqn("iqn.2026-11.dev.braid.lab:pool-lab");

  @Test
  @DisplayName("the request is a login of RFC 7143 that names both sides, and whole words long")
  void request() {
    byte[] request = LoginProbe.request(SELF, TARGET);
    assertThat(request.length % 4).isZero();
    assertThat(request[0]).isEqualTo((byte) 0x43);
    assertThat(request[1]).as("from security to operational, no further").isEqualTo((byte) 0x81);
    assertThat(new String(request, 48, request.length - 48, StandardCharsets.UTF_8))
        .contains("InitiatorName=" + SELF + "\0", "TargetName=" + TARGET + "\0");
  }

  @Test
  @DisplayName("the target's word is its status and its keys")
  void said() throws IOException {
    byte[] keys = "TargetAddress=10.0.0.9:3260,1\0".getBytes(StandardCharsets.UTF_8);
    var answer = new byte[48 + 32];
    answer[0] = 0x23;
    answer[7] = (byte) keys.length;
    answer[36] = 1;
    answer[37] = 1;
    System.arraycopy(keys, 0, answer, 48, keys.length);
    var said = (Answer.Said) answer(answer);
    assertThat(said.status()).isEqualTo(0x0101);
    assertThat(said.keys()).containsEntry("TargetAddress", "10.0.0.9:3260,1");
  }

  @Test
  void notIscsi() throws IOException {
    byte[] http = ("HTTP/1.1 400 Bad Request\r\n\r\n" + " ".repeat(48)).getBytes();
    assertThat(answer(http)).isInstanceOf(Answer.NotIscsi.class);
  }

  @Test
  @DisplayName("one who takes the connection and says nothing is told from one who is not there")
  void silent() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var portal = new Portal("127.0.0.1", server.getLocalPort(), 1);
      assertThat(ask(portal)).isInstanceOf(Answer.Silent.class);
      server.close();
      assertThat(ask(portal)).isInstanceOf(Answer.NoConnection.class);
    }
  }

  private static Answer ask(Portal portal) {
    return LoginProbe.ask(SELF, TARGET, portal, Deadline.after(Duration.ofMillis(200)));
  }

  private static Answer answer(byte[] bytes) throws IOException {
    return LoginProbe.answer(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
