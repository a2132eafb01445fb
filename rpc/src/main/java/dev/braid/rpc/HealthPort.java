package dev.braid.rpc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.metric.Metrics;
import dev.braid.base.settings.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What kubelet and Prometheus ask a program: {@code /healthz}, whether it should be started anew;
 * {@code /readyz}, whether it does its work, or what it lacks; {@code /metrics}. Nothing here is
 * secret and nothing can be changed, so anybody may ask.
 *
 * <p>It is the JDK's own server. That one has a thread for each request it reads, so there are few,
 * and those who come while all are taken are sent away: whoever asks slowly, or a thousand at once,
 * takes nothing from the plugin.
 */
public final class HealthPort implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HealthPort.class);

  /** 0 is off. */
  public static final Setting<Integer> PORT =
      Setting.optional(
          "BRAID_HEALTH_PORT",
          "0",
          "TCP port, 0 is off",
          "where to answer /healthz, /readyz and /metrics",
          HealthPort::port);

  private static final int THREADS = 2;
  private static final int WAITING = 8;

  /** In seconds, for the whole of a request and of an answer; the JDK would wait for ever. */
  private static final String TIME_FOR_ONE = "10";

  /** A question that is answered with what is missing; with nothing, if all is well. */
  @FunctionalInterface
  public interface Check {
    List<String> missing();
  }

  private final HttpServer server;
  private final ThreadPoolExecutor threads;

  private HealthPort(HttpServer server, ThreadPoolExecutor threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * @param port 0 is any free one here, unlike in the setting
   * @throws KernelRefused if it cannot be had
   */
  public static HealthPort open(int port, Check healthy, Check ready, Metrics metrics) {
    // The JDK reads these once, when its first server is made.
    System.setProperty("sun.net.httpserver.maxReqTime", TIME_FOR_ONE);
    System.setProperty("sun.net.httpserver.maxRspTime", TIME_FOR_ONE);
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(port), WAITING);
    } catch (IOException e) {
      throw new KernelRefused(
          "cannot listen on port " + port + " (" + PORT.name() + "): " + e.getMessage(), e);
    }
    server.createContext("/healthz", exchange -> answer(exchange, "/healthz", healthy));
    server.createContext("/readyz", exchange -> answer(exchange, "/readyz", ready));
    server.createContext(
        "/metrics",
        exchange -> answer(exchange, "/metrics", 200, Metrics.CONTENT_TYPE, metrics.text()));
    server.createContext(
        "/", exchange -> answer(exchange, exchange.getRequestURI().getPath(), 404, TEXT, "\n"));
    var threads = threads();
    server.setExecutor(threads);
    server.start();
    log.info("health and metrics on port {}", server.getAddress().getPort());
    return new HealthPort(server, threads);
  }

  private static final String TEXT = "text/plain; charset=utf-8";

  private static ThreadPoolExecutor threads() {
    var count = new AtomicInteger();
    var threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              var thread = new Thread(task, "health-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private static void answer(HttpExchange exchange, String path, Check check) throws IOException {
    List<String> missing;
    try {
      missing = check.missing();
    } catch (RuntimeException e) {
      log.error("unforeseen failure in {}", path, e);
      missing = List.of("the check itself failed; the log says more");
    }
    String text = missing.isEmpty() ? "ok\n" : String.join("\n", missing) + "\n";
    answer(exchange, path, missing.isEmpty() ? 200 : 503, TEXT, text);
  }

  /** A context takes every path that begins with its own; only its own is meant. */
  private static void answer(HttpExchange exchange, String path, int code, String type, String text)
      throws IOException {
    try (exchange) {
      boolean other = !exchange.getRequestURI().getPath().equals(path);
      boolean reads = exchange.getRequestMethod().matches("GET|HEAD");
      byte[] body = (other ? "not found\n" : text).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", other ? TEXT : type);
      if (!reads) {
        exchange.sendResponseHeaders(405, -1);
      } else if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(other ? 404 : code, -1);
      } else {
        exchange.sendResponseHeaders(other ? 404 : code, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static int port(String text) {
    int port = Integer.parseInt(text);
    if (port < 0 || port > 65535) {
      throw new InvalidInput("port", text, "want 0 to 65535");
    }
    return port;
  }
}
