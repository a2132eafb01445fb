package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapFolder;
import dev.braid.initiator.Diagnosis.Finding;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.net.Neighbours;
import dev.braid.linux.net.Routes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DiagnosisTest {

  private static final Iqn SELF = new Iqn("iqn.2026-01.dev.braid:node1");
  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Lack LACK = Lack.perhaps(Cause.OTHER, "the login failed");
  private static final int HEADER = 48;

  @TempDir Path folder;

  @Test
  @DisplayName("refused with credentials: whose they are and both files to compare, no secret")
  void wrongSecret() throws IOException {
    Path chap = Files.createDirectory(folder.resolve("chap"), mode("rwx------"));
    Path file = Files.createFile(chap.resolve(ChapFolder.DEFAULT), mode("rw-------"));
    Files.writeString(file, "user=somebody\npassword=correct-horse-1\n");
    Finding finding = refused(Optional.of(new ChapFolder(chap)));
    assertThat(finding.cause()).isEqualTo(Cause.CHAP);
    assertThat(finding.advice())
        .contains("refuses this host's credentials (user somebody)", SELF.name())
        .doesNotContain("horse");
  }

  @Test
  @DisplayName("refused without credentials: the target wants CHAP, and this host has none")
  void noSecret() throws IOException {
    Finding finding = refused(Optional.empty());
    assertThat(finding.cause()).isEqualTo(Cause.CHAP);
    assertThat(finding.advice()).contains("wants CHAP", "BRAID_CHAP_FOLDER");
  }

  @Test
  @DisplayName("no file for the target: that alone is said, before anybody is asked")
  void noFile() throws IOException {
    Path chap = Files.createDirectory(folder.resolve("chap"), mode("rwx------"));
    Finding finding =
        diagnosis(Optional.of(new ChapFolder(chap)))
            .why(SELF, TARGET, new Portal("192.0.2.1", 3260, 1), LACK, soon());
    assertThat(finding.cause()).isEqualTo(Cause.CHAP);
    assertThat(finding.advice()).contains(chap.resolve(TARGET.name()).toString());
  }

  @Test
  @DisplayName("rule 12: a portal that takes connections and hangs at a login lets nobody in")
  void hangs() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var portal = new Portal("127.0.0.1", server.getLocalPort(), 1);
      assertThat(letsIn(portal, Duration.ofMillis(200))).isFalse();
    }
  }

  @Test
  @DisplayName("a portal lets this host in by the target's own word, and not where it refuses")
  void letsIn() throws IOException {
    for (int status : new int[] {0x0000, 0x0201, 0x0300}) {
      try (var server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
        answering(server, status);
        var portal = new Portal("127.0.0.1", server.getLocalPort(), 1);
        assertThat(letsIn(portal, Duration.ofSeconds(20)))
            .as("status 0x%04x", status)
            .isEqualTo(status == 0);
      }
    }
  }

  private boolean letsIn(Portal portal, Duration patience) {
    return diagnosis(Optional.empty()).letsIn(SELF, TARGET, portal, Deadline.after(patience));
  }

  private static void answering(ServerSocket server, int status) {
    var target = new Thread(() -> answer(server, status), "target");
    target.setDaemon(true);
    target.start();
  }

  private Finding refused(Optional<ChapFolder> chap) throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      answering(server, 0x0201);
      var portal = new Portal("127.0.0.1", server.getLocalPort(), 1);
      return diagnosis(chap).why(SELF, TARGET, portal, LACK, soon());
    }
  }

  /** As a target answers a login; 0x0201 is that the initiator did not prove itself. */
  private static void answer(ServerSocket server, int status) {
    try (var socket = server.accept()) {
      var in = socket.getInputStream();
      byte[] request = in.readNBytes(HEADER);
      int length = (request[6] & 0xff) << 8 | request[7] & 0xff;
      in.skipNBytes(length + (-length & 3));
      var answer = new byte[HEADER];
      answer[0] = 0x23;
      answer[36] = (byte) (status >> 8);
      answer[37] = (byte) status;
      socket.getOutputStream().write(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Diagnosis diagnosis(Optional<ChapFolder> chap) {
    var routes = new Routes(folder.resolve("route"), folder);
    return new Diagnosis(
        new Neighbours(folder.resolve("arp")),
        routes,
        new PacketSize(routes, (address, bytes, deadline) -> Outcome.SILENT),
        new ChapSecrets(chap));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static FileAttribute<?> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }
}
