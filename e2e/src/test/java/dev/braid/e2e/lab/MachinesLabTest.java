package dev.braid.e2e.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every other test in the lab relies on. */
@InLab
class MachinesLabTest {

  @Test
  @DisplayName("a command's exit code, output and errors come back; its arguments stay apart")
  void commands(Machine node1) {
    Outcome outcome = node1.exec("echo out; echo err >&2; exit 7");
    assertThat(outcome.exit()).isEqualTo(7);
    assertThat(outcome.text()).isEqualTo("out");
    assertThat(outcome.stderr()).isEqualTo("err\n");
    assertThat(node1.run(List.of("printf", "%s|", "a b", "it's", "$HOME", "")))
        .isEqualTo("a b|it's|$HOME||");
    assertThatThrownBy(() -> node1.run("echo why >&2; false"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("node1: exit code 1")
        .hasMessageContaining("why");
  }

  @Test
  @DisplayName("a command that takes too long is ended, in the machine too")
  void tooLong(Machine node1) {
    assertThatThrownBy(() -> node1.exec(Duration.ofSeconds(2), "exec sleep 4242"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("not done within");
    assertThat(node1.exec("pgrep -f 'sleep [4]242'").ok()).isFalse();
  }

  @Test
  @DisplayName("a program that stays tells its lines as they come, and ends with its children")
  void running(Machine node1) throws InterruptedException {
    var seen = new CountDownLatch(3);
    try (Running running =
        node1.spawn(
            "sleep 4343 & while :; do echo line; sleep 0.1; done",
            line -> seen.countDown(),
            line -> {})) {
      assertThat(seen.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(running.isAlive()).isTrue();
      assertThat(node1.read("/proc/" + running.pid() + "/cmdline")).contains("bash");
    }
    assertThat(node1.exec("pgrep -f 'sleep [4]343'").ok()).isFalse();
  }

  @Test
  @DisplayName("files go in and come back")
  void files(Machine san1, @TempDir Path temp) throws Exception {
    Path folder = Files.createDirectories(temp.resolve("folder/deep"));
    Files.writeString(folder.resolve("file"), "content");
    san1.copyTo(temp.resolve("folder"), "/tmp/");
    assertThat(san1.read("/tmp/folder/deep/file")).isEqualTo("content");
    san1.copyFrom("/tmp/folder/deep/file", temp.resolve("back"));
    assertThat(temp.resolve("back")).hasContent("content");
    san1.write("/tmp/new/it's", "line\n'quoted' $x\n");
    assertThat(san1.read("/tmp/new/it's")).isEqualTo("line\n'quoted' $x\n");
    assertThat(san1.run("stat -c %a '/tmp/new/it'\\''s'")).isEqualTo("600");
  }

  @Test
  @DisplayName("a pulled cable takes the carrier and one network; plugged, both are back")
  void cable(Lab lab) {
    Machine node1 = lab.node1();
    Machine san1 = lab.san1();
    node1.pullCable(SanNetwork.A);
    assertThat(node1.read("/sys/class/net/san-a/carrier").strip()).isEqualTo("0");
    assertThat(pings(node1, san1.address(SanNetwork.A))).isFalse();
    assertThat(pings(node1, san1.address(SanNetwork.B))).isTrue();
    assertThat(pings(lab.node2(), san1.address(SanNetwork.A))).isTrue();
    node1.plugCable(SanNetwork.A);
    assertThat(node1.read("/sys/class/net/san-a/carrier").strip()).isEqualTo("1");
    assertThat(pings(node1, san1.address(SanNetwork.A))).isTrue();
  }

  @Test
  @DisplayName("a delay slows one network down, and is gone when cleared")
  void delay(Lab lab) {
    Machine node2 = lab.node2();
    node2.delay(SanNetwork.B, Duration.ofMillis(400));
    assertThat(pingMillis(node2, lab.san1().address(SanNetwork.B))).isGreaterThan(400);
    assertThat(pingMillis(node2, lab.san1().address(SanNetwork.A))).isLessThan(400);
    node2.clearDelay(SanNetwork.B);
    assertThat(pingMillis(node2, lab.san1().address(SanNetwork.B))).isLessThan(400);
  }

  @Test
  @DisplayName("no way leads out of the lab")
  void closed(Machine node1) {
    assertThat(node1.run("ip route")).doesNotContain("default").contains("10.77.1.0/24");
    assertThat(node1.exec("ping -c 1 -W 1 192.0.2.1").ok()).isFalse();
  }

  @Test
  @DisplayName("nodes have Debian's defaults and names of their own; the head has LIO and its pool")
  void roles(Lab lab) {
    assertThat(lab.node1().run("cat /etc/iscsi/initiatorname.iscsi"))
        .isEqualTo("InitiatorName=" + lab.node1().iqn());
    assertThat(lab.node2().iqn()).isNotEqualTo(lab.node1().iqn());
    for (Machine node : List.of(lab.node1(), lab.node2())) {
      assertThat(node.run("systemctl is-active iscsid multipathd")).isEqualTo("active\nactive");
      assertThat(node.exec("test -e /etc/multipath.conf").ok()).isFalse();
      assertThat(node.run("multipathd show config local")).contains("find_multipaths \"strict\"");
    }
    assertThat(lab.san1().run("ls /sys/kernel/config/target")).contains("core");
    assertThat(lab.san1().run("findmnt -no FSTYPE /srv/braid")).isEqualTo("ext4");
  }

  @Test
  @DisplayName("a power cut ends a machine at once; what was synced is there after power-on")
  void power(Machine node2) throws Exception {
    String before = node2.bootId();
    Path forwarded = node2.forward("/run/echo.sock");
    node2.run("echo kept > /var/tmp/kept && sync /var/tmp/kept");
    node2.pullCable(SanNetwork.A);

    node2.powerCut();
    assertThat(node2.isReachable()).isFalse();
    assertThatThrownBy(() -> node2.exec("true")).hasMessageContaining("does not answer");

    node2.powerOn();
    assertThat(node2.bootId()).isNotEqualTo(before);
    assertThat(node2.read("/var/tmp/kept")).isEqualTo("kept\n");
    assertThat(node2.read("/sys/class/net/san-a/carrier").strip())
        .as("a pulled cable stays pulled")
        .isEqualTo("0");

    String server =
        "exec python3 -c 'import socket; s=socket.socket(socket.AF_UNIX); s.bind(\"/run/echo.sock\");"
            + " s.listen(); print(\"up\", flush=True); c,_=s.accept(); c.sendall(c.recv(9))'";
    var up = new CountDownLatch(1);
    try (Running echo = node2.spawn(server, line -> up.countDown(), line -> {})) {
      assertThat(up.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(roundTrip(forwarded, "hello")).isEqualTo("hello");
      assertThat(echo.awaitExit(Duration.ofSeconds(30))).isZero();
    }
  }

  @Test
  @DisplayName("the logs of every machine are collected, without a secret from configfs")
  void logs(Lab lab, @TempDir Path temp) throws Exception {
    lab.collectLogs(temp);
    for (Machine machine : lab.machines()) {
      Path own = temp.resolve(machine.name());
      for (String log : List.of("console.log", "journal.log", "dmesg.log", "state.log")) {
        assertThat(own.resolve(log)).isNotEmptyFile();
      }
    }
    assertThat(temp.resolve("node1/multipath.log")).isNotEmptyFile();
    assertThat(Files.readString(temp.resolve("san1/configfs.log"))).contains("core/");
  }

  private static boolean pings(Machine from, String address) {
    return from.exec("ping -c 3 -i 0.3 -W 2 " + address + " | grep -q ' [123] received'").ok();
  }

  /** The second answer's time: the first pays for ARP. */
  private static double pingMillis(Machine from, String address) {
    return Double.parseDouble(
        from.run(
            "ping -c 2 -W 5 "
                + address
                + " | sed -n 's/.*icmp_seq=2 .*time=\\([0-9.]*\\).*/\\1/p'"));
  }

  private static String roundTrip(Path socket, String text) throws Exception {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      var answer = ByteBuffer.allocate(64);
      channel.read(answer);
      return new String(answer.array(), 0, answer.position(), UTF_8);
    }
  }
}
