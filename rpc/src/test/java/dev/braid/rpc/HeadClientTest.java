package dev.braid.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.PublishContext;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.HeadUnreachable;
import dev.braid.base.error.NotFenced;
import dev.braid.base.error.NotTrusted;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client of a head against a server of ours, with real sockets and real certificates. */
class HeadClientTest {

  private static final PoolName POOL = new PoolName("fast");
  private static final NodeName NODE = new NodeName("node1");
  private static final Iqn INITIATOR = new Iqn("iqn.2024-01.test:node1");
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path folder;
  private final FakeHead fake = new FakeHead();
  private final Steps steps = Steps.unobserved();
  private TestCertificates ca;
  private TlsFiles headFiles;
  private RpcServer server;

  @BeforeEach
  void start() {
    ca = new TestCertificates(folder, "san");
    headFiles = ca.head("san1");
    server = serve(headFiles, 0);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private RpcServer serve(TlsFiles files, int port) {
    return RpcServer.onTcp(new Endpoint.Tcp("127.0.0.1", port), files, List.of(fake));
  }

  private HeadClient client(TlsFiles files) {
    return new HeadClient(
        HeadAddress.of("san1", new Endpoint.Tcp("127.0.0.1", server.port())), files);
  }

  private HeadVolume create(HeadClient client, String name) {
    return steps.call(
        "create volume", step -> client.createVolume(step, POOL, name, 1 << 20, 0, minute()));
  }

  private static Deadline minute() {
    return Deadline.after(Duration.ofMinutes(1));
  }

  @Test
  @DisplayName("F1: a volume's life through the client, each call twice, in values")
  void life() {
    try (var client = client(ca.client("controller"))) {
      HeadVolume volume = create(client, "one");
      assertThat(create(client, "one")).isEqualTo(volume);
      assertThat(volume.wwid()).isEqualTo(volume.id().wwid());
      PublishContext context =
          steps.call(
              "publish",
              step -> client.publish(step, volume.id(), NODE, INITIATOR, false, minute()));
      assertThat(context.portals()).hasSize(2);
      assertThat(PublishContext.parse(context.toMap())).isEqualTo(context);
      assertThat(client.getVolume(volume.id(), minute()).publications()).hasSize(1);
      boolean fenced =
          steps.call(
              "unpublish",
              step ->
                  client.unpublish(
                      step, volume.id(), Optional.of(NODE), Duration.ofMillis(1), minute()));
      assertThat(fenced).isTrue();
      for (int i = 0; i < 2; i++) {
        steps.run("delete", step -> client.deleteVolume(step, volume.id(), minute()));
      }
      assertThat(fake.volumes()).isEmpty();
    }
  }

  @Test
  @DisplayName("a head's failure comes out of the client with its type and its message")
  void typed() {
    try (var client = client(ca.client("controller"))) {
      for (BraidException failure :
          List.of(new NotFenced("session 7 lives"), new DeviceInUse("held by dd (42)"))) {
        fake.failNext(failure);
        assertThatThrownBy(() -> create(client, "one"))
            .isExactlyInstanceOf(failure.getClass())
            .hasMessageContaining("head san1")
            .hasMessageContaining(failure.getMessage());
      }
    }
  }

  @Test
  @DisplayName("F3: agent down: unreachable within 5 s; up again: the next call succeeds at once")
  void down() {
    try (var client = client(ca.client("controller"))) {
      int port = server.port();
      server.close();
      for (int i = 0; i < 3; i++) {
        assertFails(client, HeadUnreachable.class);
      }
      server = serve(headFiles, port);
      assertThat(create(client, "one").name()).isEqualTo("one");
      server.close();
      server = serve(headFiles, port);
      assertThat(create(client, "two").name()).isEqualTo("two");
    }
  }

  @Test
  @DisplayName("F3: a host that accepts and says nothing is unreachable within 5 s")
  void silent() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var client =
            new HeadClient(
                HeadAddress.of("san1", new Endpoint.Tcp("127.0.0.1", silent.getLocalPort())),
                ca.client("controller"))) {
      assertFails(client, HeadUnreachable.class);
    }
  }

  @Test
  @DisplayName("F3, rule 20: a client of another CA is turned away, and hears why, within 5 s")
  void clientOfAnotherCa() {
    var stranger = new TestCertificates(folder, "other").client("stranger");
    var trustingUs = new TlsFiles(headFiles.ca(), stranger.certificate(), stranger.key());
    try (var client = client(trustingUs)) {
      assertFails(client, NotTrusted.class);
    }
    assertThat(fake.asked()).isEmpty();
  }

  @Test
  @DisplayName("F3, rule 20: a head of another CA is not spoken to")
  void headOfAnotherCa() {
    try (var client = client(new TestCertificates(folder, "other").client("controller"))) {
      assertFails(client, NotTrusted.class);
    }
  }

  @Test
  @DisplayName("F3, rule 20: a head's certificate does not make a client, nor a client's a head")
  void wrongRole() {
    try (var client = client(ca.head("san2"))) {
      assertFails(client, NotTrusted.class);
    }
    try (var client = client(ca.withoutRole("nobody"))) {
      assertFails(client, NotTrusted.class);
    }
    int port = server.port();
    server.close();
    server = serve(ca.client("posing"), port);
    try (var client = client(ca.client("controller"))) {
      assertFails(client, NotTrusted.class);
    }
    assertThat(fake.asked()).isEmpty();
  }

  @Test
  @DisplayName("F3: an expired head, and a head of another name, are not trusted")
  void expiredAndMisnamed() {
    try (var client =
        new HeadClient(
            new HeadAddress("san2", new Endpoint.Tcp("127.0.0.1", server.port()), "san2.example"),
            ca.client("controller"))) {
      assertFails(client, NotTrusted.class);
    }
    int port = server.port();
    server.close();
    server = serve(ca.expiredHead("old"), port);
    try (var client = client(ca.client("controller"))) {
      assertFails(client, NotTrusted.class);
    }
  }

  @Test
  @DisplayName("certificates replaced in place are in force for the next connection, no restart")
  void replaced() throws IOException {
    TlsFiles files = ca.client("controller");
    try (var client = client(files)) {
      assertThat(create(client, "one").name()).isEqualTo("one");
    }
    var next = new TestCertificates(folder, "next");
    TestCertificates.replace(headFiles, next.head("san1-next"));
    try (var client = client(files)) {
      assertFails(client, NotTrusted.class);
    }
    try (var client = client(next.client("controller-next"))) {
      assertThat(create(client, "two").name()).isEqualTo("two");
    }
  }

  @Test
  @DisplayName("half-replaced certificates are not used; the last good pair stays in force")
  void halfReplaced() throws IOException {
    var other = ca.head("san1-next");
    Files.copy(other.key(), headFiles.key(), StandardCopyOption.REPLACE_EXISTING);
    try (var client = client(ca.client("controller"))) {
      assertThat(create(client, "one").name()).isEqualTo("one");
    }
    Files.writeString(headFiles.ca(), "half a certif");
    try (var client = client(ca.client("controller"))) {
      assertThat(create(client, "two").name()).isEqualTo("two");
    }
    Files.copy(other.certificate(), headFiles.certificate(), StandardCopyOption.REPLACE_EXISTING);
    try (var client = client(ca.client("controller"))) {
      assertThat(create(client, "three").name()).isEqualTo("three");
    }
  }

  @Test
  @DisplayName("a head is reached through a Unix socket too, under the name on its certificate")
  void throughUnixSocket() throws Exception {
    var socket = new Endpoint.Unix(folder.resolve("forwarded.sock"));
    try (var forwarder = new Forwarder(socket.path(), server.port());
        var client =
            new HeadClient(new HeadAddress("san1", socket, "san1"), ca.client("controller"))) {
      assertThat(create(client, "one").name()).isEqualTo("one");
      assertThat(forwarder.connections()).isEqualTo(1);
    }
  }

  private void assertFails(HeadClient client, Class<? extends BraidException> type) {
    long start = System.nanoTime();
    assertThatThrownBy(() -> create(client, "one")).isInstanceOf(type);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }
}
