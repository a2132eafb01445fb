package dev.braid.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.metric.Metrics;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.ProbeRequest;
import dev.braid.proto.csi.v1.ProbeResponse;
import io.grpc.stub.StreamObserver;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthPortTest {

  @TempDir Path folder;

  private final Metrics metrics = new Metrics();
  private List<String> missing = List.of();
  private final HealthPort port = HealthPort.open(0, this::missing, List::of, metrics);

  private List<String> missing() {
    return missing;
  }

  @AfterEach
  void close() {
    port.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.port() + path)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  @DisplayName("well is 200, unwell is 503 with what is missing, a line each")
  void codes() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    missing = List.of("no iscsid", "no multipathd");
    assertThat(get("/healthz"))
        .satisfies(
            answer -> assertThat(answer.statusCode()).isEqualTo(503),
            answer -> assertThat(answer.body()).isEqualTo("no iscsid\nno multipathd\n"));
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    metrics.counter("braid_x_total", "X.");
    assertThat(get("/metrics"))
        .satisfies(
            answer -> assertThat(answer.body()).contains("braid_x_total 0.0"),
            answer ->
                assertThat(answer.headers().firstValue("Content-Type"))
                    .contains(Metrics.CONTENT_TYPE));
  }

  @Test
  @DisplayName("nothing else is there, and nothing can be sent")
  void nothingElse() throws Exception {
    for (String path : List.of("/", "/healthzz", "/healthz/x", "/debug")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
    var post =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.port() + "/healthz"))
            .POST(HttpRequest.BodyPublishers.ofString("x"));
    assertThat(send(post).statusCode()).isEqualTo(405);
  }

  @Test
  @DisplayName("those who connect and say nothing keep nobody else from an answer")
  void slow() throws Exception {
    var silent = new ArrayList<Socket>();
    try {
      for (int i = 0; i < 4; i++) {
        silent.add(new Socket("127.0.0.1", port.port()));
      }
      assertThat(get("/readyz").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  @DisplayName("a plugin whose socket file is gone is not healthy, though its process lives")
  void socketGone() throws Exception {
    var socket = Endpoint.parseUnix("unix://" + folder.resolve("csi.sock"));
    var probe = new CsiProbe(socket);
    try (var server =
        RpcServer.onUnixSocket(
            socket,
            List.of(
                new IdentityGrpc.IdentityImplBase() {
                  @Override
                  public void probe(ProbeRequest request, StreamObserver<ProbeResponse> to) {
                    Calls.answer(to, deadline -> ProbeResponse.getDefaultInstance());
                  }
                }))) {
      assertThat(probe.missing(Deadline.after(Duration.ofSeconds(20)))).isEmpty();
      Files.delete(socket.path());
      assertThat(probe.missing(Deadline.after(Duration.ofSeconds(20))))
          .singleElement()
          .asString()
          .contains("does not answer", "csi.sock");
    }
  }
}
