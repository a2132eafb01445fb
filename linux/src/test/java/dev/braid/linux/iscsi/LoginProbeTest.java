package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.chap.ChapCredentials.Login;
import dev.braid.linux.iscsi.LoginDialogue.Response;
import dev.braid.linux.iscsi.LoginDialogue.Then;
import dev.braid.linux.iscsi.LoginProbe.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoginProbeTest {

  private static final Iqn SELF = new Iqn("iqn.2026-11.dev.braid.lab:node1");
  private static final Iqn TARGET = new Iqn("iqn.2026-11.dev.braid.lab:pool-lab");
  private static final Login INITIATORS = new Login("node1", "correct-horse-1");
  private static final Login TARGETS = new Login("san1", "battery-staple-2");
  private static final Login WRONG = new Login("san1", "battery-staple-3");

  @Test
  @DisplayName("the request is a login of RFC 7143, and whole words long")
  void request() throws IOException {
    byte[] request = dialogue(new byte[0]).request(Map.of("TargetName", TARGET.name()), Then.LEAVE);
    assertThat(request.length % 4).isZero();
    assertThat(request[0]).isEqualTo((byte) 0x43);
    assertThat(request[1]).as("from security to operational, no further").isEqualTo((byte) 0x81);
    assertThat(new String(request, 48, request.length - 48, StandardCharsets.UTF_8))
        .startsWith("TargetName=" + TARGET + "\0");
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
    Response said = dialogue(answer).hear();
    assertThat(said.status()).isEqualTo(0x0101);
    assertThat(said.keys()).containsEntry("TargetAddress", "10.0.0.9:3260,1");
  }

  @Test
  void notIscsi() {
    byte[] http = ("HTTP/1.1 400 Bad Request\r\n\r\n" + " ".repeat(48)).getBytes();
    assertThatThrownBy(() -> dialogue(http).hear()).isInstanceOf(LoginDialogue.Garbled.class);
  }

  @Test
  @DisplayName("one who takes the connection and says nothing is told from one who is not there")
  void silent() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var portal = new Portal("127.0.0.1", server.getLocalPort(), 1);
      assertThat(ask(portal, Optional.empty(), Duration.ofMillis(200)))
          .isInstanceOf(Answer.Silent.class);
      server.close();
      assertThat(ask(portal, Optional.empty(), Duration.ofMillis(200)))
          .isInstanceOf(Answer.NoConnection.class);
    }
  }

  @Test
  @DisplayName("who offers no authentication hears what such a login would: the target wants one")
  void nothingToOffer() throws IOException {
    assertThat(ask(new ChapTarget(INITIATORS, Optional.empty()), Optional.empty()))
        .isEqualTo(new Answer.Said(0x0201, Map.of()));
  }

  @Test
  @DisplayName("one way: the right secret would get in, another would be refused")
  void oneWay() throws IOException {
    var target = Optional.<Login>empty();
    assertThat(ask(new ChapTarget(INITIATORS, target), credentials(INITIATORS, target)))
        .isEqualTo(new Answer.Said(0, Map.of()));
    assertThat(
            ask(
                new ChapTarget(INITIATORS, target),
                credentials(new Login("node1", "correct-horse-0"), target)))
        .isEqualTo(new Answer.Said(0x0201, Map.of()));
  }

  @Test
  @DisplayName("mutual: a target that does not prove itself is told from one that refuses us")
  void mutual() throws IOException {
    var proven = new ChapTarget(INITIATORS, Optional.of(TARGETS));
    assertThat(ask(proven, credentials(INITIATORS, Optional.of(TARGETS))))
        .isInstanceOfSatisfying(Answer.Said.class, said -> assertThat(said.status()).isZero());
    var wrong = new ChapTarget(INITIATORS, Optional.of(WRONG));
    assertThat(ask(wrong, credentials(INITIATORS, Optional.of(TARGETS))))
        .isInstanceOfSatisfying(
            Answer.Unproven.class,
            unproven -> assertThat(unproven.why()).contains("san1").doesNotContain("staple"));
    var none = new ChapTarget(INITIATORS, Optional.empty());
    assertThat(ask(none, credentials(INITIATORS, Optional.of(TARGETS))))
        .isEqualTo(new Answer.Unproven("it gives no answer"));
  }

  private static Optional<ChapCredentials> credentials(Login initiator, Optional<Login> target) {
    return Optional.of(new ChapCredentials(initiator, target));
  }

  private static Answer ask(ChapTarget target, Optional<ChapCredentials> credentials)
      throws IOException {
    try (target) {
      return ask(target.portal(), credentials, Duration.ofSeconds(20));
    }
  }

  private static Answer ask(
      Portal portal, Optional<ChapCredentials> credentials, Duration patience) {
    return LoginProbe.ask(SELF, TARGET, portal, credentials, Deadline.after(patience));
  }

  private static LoginDialogue dialogue(byte[] answers) {
    return new LoginDialogue(
        new DataInputStream(new ByteArrayInputStream(answers)), new ByteArrayOutputStream());
  }
}
