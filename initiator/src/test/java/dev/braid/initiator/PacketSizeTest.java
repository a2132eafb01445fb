package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.initiator.PacketSize.Answer;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.net.Routes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacketSizeTest {

  private static final Portal PORTAL = new Portal("10.1.0.1", 3260, 1);
  private static final int JUMBO = 9000;

  @TempDir Path folder;

  /** The sizes that were tried. */
  private final List<Integer> sent = new ArrayList<>();

  /** As the kernel writes its table: 10.0.0.0/8 by san-a. */
  static void route(Path table, Path sys, int mtu) throws IOException {
    Files.writeString(
        table,
        "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
            + "san-a 0000000A 00000000 0001 0 0 0 000000FF 0 0 0\n");
    Files.createDirectories(sys.resolve("class/net/san-a"));
    Files.writeString(sys.resolve("class/net/san-a/mtu"), mtu + "\n");
  }

  @Test
  @DisplayName("F21: jumbo frames that a switch drops are found, and what to set is said")
  void dropped() throws IOException {
    assertThat(ask(1500, 0))
        .isInstanceOfSatisfying(
            Answer.Lost.class,
            lost -> {
              assertThat(lost.finding().cause()).isEqualTo(Cause.MTU);
              assertThat(lost.finding().advice())
                  .contains("packets of 9000 bytes", "san-a", PORTAL.host(), "set the same MTU");
            });
    assertThat(sent)
        .containsExactly(PacketSize.SMALL, JUMBO, PacketSize.SMALL, JUMBO, PacketSize.SMALL);
  }

  @Test
  @DisplayName("where they get through nothing is found")
  void passes() throws IOException {
    assertThat(ask(JUMBO, 0)).isInstanceOf(Answer.Pass.class);
  }

  @Test
  @DisplayName("one that is lost by chance says nothing")
  void byChance() throws IOException {
    assertThat(ask(JUMBO, 1)).isInstanceOf(Answer.Pass.class);
    assertThat(sent).containsExactly(PacketSize.SMALL, JUMBO, PacketSize.SMALL, JUMBO);
  }

  @Test
  @DisplayName("a limit on the way that the kernel was told of is none of theirs: TCP keeps to it")
  void told() throws IOException {
    route(folder.resolve("route"), folder, JUMBO);
    PacketSize.Ping router =
        (address, bytes, deadline) -> bytes > 1500 ? Outcome.TOO_LARGE : Outcome.ANSWERED;
    assertThat(ask(router)).isInstanceOf(Answer.Pass.class);
  }

  @Test
  @DisplayName("where a filter lets no such request through, none of the large ones is sent")
  void filtered() throws IOException {
    assertThat(ask(0, 0)).isInstanceOf(Answer.Unknown.class);
    assertThat(sent).containsExactly(PacketSize.SMALL);
  }

  @Test
  @DisplayName("where only so many are answered in a second, nothing is known")
  void limited() throws IOException {
    route(folder.resolve("route"), folder, JUMBO);
    assertThat(
            ask(
                (address, bytes, deadline) -> {
                  sent.add(bytes);
                  return sent.size() == 1 ? Outcome.ANSWERED : Outcome.SILENT;
                }))
        .isInstanceOf(Answer.Unknown.class);
  }

  /**
   * @param passes the size up to which packets get through
   * @param byChance how many of the large ones are lost all the same
   */
  private Answer ask(int passes, int byChance) throws IOException {
    route(folder.resolve("route"), folder, JUMBO);
    PacketSize.Ping ping =
        (address, bytes, deadline) -> {
          sent.add(bytes);
          boolean isLost = bytes > passes || (bytes == JUMBO && sent.size() <= 2 * byChance);
          return isLost ? Outcome.SILENT : Outcome.ANSWERED;
        };
    return ask(ping);
  }

  private Answer ask(PacketSize.Ping ping) {
    return new PacketSize(new Routes(folder.resolve("route"), folder), ping)
        .ask(PORTAL, Deadline.after(Duration.ofSeconds(10)));
  }
}
