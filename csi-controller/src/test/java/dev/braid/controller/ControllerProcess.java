package dev.braid.controller;

import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.ControllerGrpc.ControllerBlockingStub;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.TlsFiles;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The controller as a process of its own, which can die. */
final class ControllerProcess implements AutoCloseable {

  private static final int START_SECONDS = 60;

  private final Process process;
  private final ManagedChannel channel;

  ControllerProcess(World world, TlsFiles tls, Path killPoints)
      throws IOException, InterruptedException {
    Endpoint.Unix socket = world.socket();
    var builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("BRAID_"));
    environment.put("BRAID_ENDPOINT", socket.toString());
    environment.put("BRAID_TOPOLOGY_FILE", world.topology.toString());
    environment.put(TlsFiles.CA.name(), tls.ca().toString());
    environment.put(TlsFiles.CERTIFICATE.name(), tls.certificate().toString());
    environment.put(TlsFiles.KEY.name(), tls.key().toString());
    environment.put("BRAID_KILL_POINT_FOLDER", killPoints.toString());
    Path log = world.folder.resolve("controller.log");
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    channel = World.open(socket.socketAddress());
    for (int i = 0; !Files.exists(socket.path()) || !probes(); i++) {
      if (i > START_SECONDS * 10 || !process.isAlive()) {
        close();
        throw new IOException("the controller did not start:\n" + Files.readString(log));
      }
      Thread.sleep(100);
    }
  }

  private boolean probes() {
    try {
      var unused =
          csi()
              .controllerGetCapabilities(
                  dev.braid.proto.csi.v1.ControllerGetCapabilitiesRequest.getDefaultInstance());
      return true;
    } catch (io.grpc.StatusRuntimeException notYet) {
      channel.resetConnectBackoff();
      return false;
    }
  }

  ControllerBlockingStub csi() {
    return ControllerGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /** Its exit code, once it has ended by itself. */
  int ended() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the controller lives on");
    }
    return process.exitValue();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.destroyForcibly();
  }
}
