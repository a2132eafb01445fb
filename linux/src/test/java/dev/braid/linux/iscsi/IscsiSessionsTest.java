package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.linux.sysfs.Hctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IscsiSessionsTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");

  @TempDir Path sys;

  @Test
  @DisplayName("a session is known by its target, portal and tag, and by the host it belongs to")
  void reads() throws IOException {
    session(1, 2, TARGET.name(), "10.1.0.1", "LOGGED_IN");
    session(2, 3, "iqn.1999-01.COM.Somebody:else", "10.9.0.1", "FAILED");

    var sessions = new IscsiSessions(sys);

    assertThat(sessions.all()).hasSize(2);
    var ours = sessions.through(TARGET, new Portal("10.1.0.1", 3260, 1));
    assertThat(ours).hasSize(1);
    assertThat(ours.get(0).up()).isTrue();
    assertThat(ours.get(0).carries(new Hctl(2, 0, 0, 7))).isTrue();
    assertThat(ours.get(0).carries(new Hctl(3, 0, 0, 7))).isFalse();
    assertThat(sessions.through(TARGET, new Portal("10.1.0.1", 3260, 2))).isEmpty();
    assertThat(sessions.all().get(1).up()).isFalse();
  }

  @Test
  @DisplayName("one that lost its target on this host is not up: no device ever comes of it")
  void unbound() throws IOException {
    session(1, 2, TARGET.name(), "10.1.0.1", "LOGGED_IN");
    Files.writeString(sys.resolve("class/iscsi_session/session1/target_id"), "-1\n");

    IscsiSession session = new IscsiSessions(sys).all().get(0);
    assertThat(session.unbound()).isTrue();
    assertThat(session.up()).isFalse();
    assertThat(session.carries(new Hctl(2, 0, 0, 7))).as("one that is still going").isTrue();
    assertThat(session.carries(new Hctl(3, 0, 0, 7))).isFalse();
  }

  @Test
  @DisplayName("an IPv6 portal is the same however it is spelt")
  void ipv6() throws IOException {
    session(1, 2, TARGET.name(), "fd00:0:0:0:0:0:0:1", "LOGGED_IN");

    assertThat(new IscsiSessions(sys).through(TARGET, new Portal("fd00::1", 3260, 1))).hasSize(1);
  }

  @Test
  @DisplayName("a session that is going away while it is read is left out")
  void half() throws IOException {
    Files.createDirectories(sys.resolve("class/iscsi_session/session7"));

    assertThat(new IscsiSessions(sys).all()).isEmpty();
  }

  @Test
  @DisplayName("rule 20: the kernel tells what a session was proven with, and it stays in here")
  void proven() throws IOException {
    session(1, 2, TARGET.name(), "10.1.0.1", "LOGGED_IN");
    var sessions = new IscsiSessions(sys);
    IscsiSession session = sessions.all().get(0);
    String oneWay = "user=node1\npassword=correct-horse-1\n";
    var initiator = ChapCredentials.parse(oneWay);
    var both = ChapCredentials.parse(oneWay + "mutual_user=san1\nmutual_password=the-target-1\n");

    credentials(1, "(null)", "(null)", "(null)", "(null)");
    assertThat(sessions.provenWith(session, initiator)).isFalse();
    credentials(1, "node1", "correct-horse-1", "", "");
    assertThat(sessions.provenWith(session, initiator)).isTrue();
    assertThat(sessions.provenWith(session, both)).isFalse();
    credentials(1, "node1", "correct-horse-1", "san1", "the-target-1");
    assertThat(sessions.provenWith(session, both)).isTrue();
    assertThat(sessions.provenWith(session, initiator)).isFalse();
    credentials(1, "node1", "correct-horse-0", "san1", "the-target-1");
    assertThat(sessions.provenWith(session, both)).isFalse();
  }

  private void credentials(int id, String user, String password, String userIn, String passwordIn)
      throws IOException {
    Path session = sys.resolve("class/iscsi_session/session" + id);
    Files.writeString(session.resolve("username"), user + "\n");
    Files.writeString(session.resolve("password"), password + "\n");
    Files.writeString(session.resolve("username_in"), userIn + "\n");
    Files.writeString(session.resolve("password_in"), passwordIn + "\n");
  }

  @Test
  @DisplayName("one that is being made is told from one that is free because it is lost for long")
  void beingMade() throws IOException {
    session(1, 2, TARGET.name(), "10.1.0.1", "FREE");
    var sessions = new IscsiSessions(sys);
    var session = sessions.all().get(0);
    assertThat(sessions.beingMade(session)).as("a kernel that does not tell").isFalse();
    Path state = sys.resolve("class/iscsi_connection/connection1:0/state");
    Files.writeString(state, "bound\n");
    assertThat(sessions.beingMade(session)).isTrue();
    Files.writeString(state, "failed\n");
    assertThat(sessions.beingMade(session)).isFalse();
  }

  private void session(int id, int host, String target, String address, String state)
      throws IOException {
    Path real =
        sys.resolve(
            "devices/platform/host%d/session%d/iscsi_session/session%d".formatted(host, id, id));
    Files.createDirectories(real);
    Files.writeString(real.resolve("targetname"), target + "\n");
    Files.writeString(real.resolve("tpgt"), "1\n");
    Files.writeString(real.resolve("state"), state + "\n");
    Files.writeString(real.resolve("target_id"), "0\n");
    Files.createDirectories(sys.resolve("class/iscsi_session"));
    Files.createSymbolicLink(sys.resolve("class/iscsi_session/session" + id), real);
    Path connection = sys.resolve("class/iscsi_connection/connection" + id + ":0");
    Files.createDirectories(connection);
    Files.writeString(connection.resolve("persistent_address"), address + "\n");
    Files.writeString(connection.resolve("persistent_port"), "3260\n");
  }
}
