package dev.braid.linux.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's tables, as it prints them. */
class WayTest {

  private static final String ROUTES =
      """
      Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
      eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
      san-a\t00014D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      """;

  private static final String ARP =
      """
      IP address       HW type     Flags       HW address            Mask     Device
      10.77.1.11       0x1         0x2         52:54:00:77:01:0b     *        san-a
      10.77.2.11       0x1         0x0         00:00:00:00:00:00     *        san-b
      """;

  @TempDir Path folder;

  @Test
  @DisplayName("the narrowest route leads to an address, and tells its interface and MTU")
  void route() throws IOException {
    Files.createDirectories(folder.resolve("class/net/san-a"));
    Files.writeString(folder.resolve("class/net/san-a/mtu"), "9000\n");
    Path table = Files.writeString(folder.resolve("route"), ROUTES);
    var routes = new Routes(table, folder);
    assertThat(routes.to("10.77.1.11")).contains(new Routes.Route("san-a", true, 9000));
    assertThat(routes.to("192.0.2.1")).contains(new Routes.Route("eth0", false, 0));
    assertThat(routes.to("fe80::1")).isEmpty();
    assertThat(new Routes(folder.resolve("none"), folder).to("10.77.1.11")).isEmpty();
  }

  @Test
  @DisplayName("an address that was asked for in vain has nobody; one never asked for may")
  void neighbours() throws IOException {
    var neighbours = new Neighbours(Files.writeString(folder.resolve("arp"), ARP));
    assertThat(neighbours.nobodyAt("10.77.2.11")).isTrue();
    assertThat(neighbours.nobodyAt("10.77.1.11")).isFalse();
    assertThat(neighbours.nobodyAt("10.77.3.11")).isFalse();
  }

  @Test
  @DisplayName("the checksum is the Internet's: over a packet that has it, it is zero")
  void checksum() {
    byte[] packet = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 7};
    int sum = Icmp.checksum(packet);
    packet[2] = (byte) (sum >> 8);
    packet[3] = (byte) sum;
    assertThat(Icmp.checksum(packet)).isZero();
  }
}
