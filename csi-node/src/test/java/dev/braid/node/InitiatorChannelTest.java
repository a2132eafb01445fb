package dev.braid.node;

import static dev.braid.node.FakeHost.VOLUME;
import static dev.braid.node.FakeHost.context;
import static dev.braid.node.FakeHost.deadline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.Ticker;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.base.error.ApiUnreachable;
import dev.braid.base.error.NoPath;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Reach;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.lock.FileLocks;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.FakeInitiatorApi;
import dev.braid.san.InitiatorStatus;
import dev.braid.san.OwedGeneration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The node's end of the channel: a {@link FakeHost} and an API server without a network. */
@Timeout(120)
class InitiatorChannelTest {

  private static final NodeName NODE = new NodeName("node1");
  private static final Iqn IQN = new Iqn("iqn.2026-01.dev.braid:node1");
  private static final Generation FIRST = new Generation(1);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final VolumeUse EXT4 = new VolumeUse.Ext4(Set.of(), List.of());
  private static final OwedGeneration DEBT =
      new OwedGeneration(VOLUME.toString(), 1, IQN.name(), "2026-01-01T00:00:00Z");

  private static final VolumeId OTHER =
      new VolumeId(new PoolName("lab"), new Serial("fedcba9876543210fedcba987"));

  @TempDir Path folder;
  private final FakeInitiatorApi api = new FakeInitiatorApi();
  private final List<InitiatorChannel> channels = new ArrayList<>();
  private FakeHost host;
  private Life node;

  /** One life of the node plugin. */
  private record Life(InitiatorChannel channel, Words words, FakeHost.Plugin plugin) {}

  @BeforeEach
  void start() {
    host = new FakeHost(folder);
    node = process();
  }

  @AfterEach
  void stop() {
    channels.forEach(InitiatorChannel::close);
  }

  private Life process() {
    var steps = Steps.unobserved();
    var records = new StageRecords(folder.resolve("state"), host.boot, new HostFiles(), steps);
    var locks = new VolumeLocks(new FileLocks(folder.resolve("locks"), Clock.systemUTC()));
    var words = new Words(NODE, host.boot, records, locks, steps);
    Debts.Look look =
        (Wwid wwid, dev.braid.base.Deadline d) ->
            host.mapped && wwid.equals(VOLUME.wwid()) ? List.of("map mpatha") : List.of();
    var channel =
        new InitiatorChannel(
            NODE,
            records,
            () -> api,
            new Introduction(NODE, host.boot, () -> IQN, new Namesakes(NODE, Ticker.SYSTEM), steps),
            words,
            new Debts(
                NODE,
                host.boot,
                () -> IQN,
                locks,
                records,
                look,
                host.discard(steps, records),
                host,
                host,
                host::table,
                steps),
            steps);
    channels.add(channel);
    return new Life(channel, words, host.plugin(steps, locks, records, channel));
  }

  /** As after a start of the plugin: the old process is gone. */
  private void restart() {
    node.channel().close();
    node = process();
    node.channel().start();
  }

  private void stage(long generation) {
    node.plugin()
        .stage()
        .stage(
            new StageVolume.Wanted(VOLUME, context(generation), host.staging(), EXT4), deadline());
  }

  private void unstage() {
    node.plugin().unstage().unstage(VOLUME, host.staging(), deadline());
  }

  private boolean attested(long generation) {
    return api.status(NODE).attests(VOLUME, new Generation(generation));
  }

  private void awaitAttested() {
    await().atMost(SOON).until(() -> attested(1));
  }

  /** The controller has carried the word to the head. */
  private void controllerSettles() {
    api.put(NODE, IQN, api.status(NODE).without(word -> true));
  }

  @Test
  @DisplayName("rule 7: a node makes its Initiator, and says in which boot it is")
  void introduces() {
    node.channel().start();
    await().atMost(SOON).until(() -> FakeHost.BOOT.text().equals(api.status(NODE).bootId()));
    assertThat(api.find(NODE)).get().extracting("iqn").isEqualTo(IQN);
    api.delete(NODE);
    await().atMost(SOON).until(() -> api.find(NODE).isPresent());
  }

  @Test
  @DisplayName("rule 7: after the detach the word is given, and its record goes when it was heard")
  void wordAndSettlement() {
    node.channel().start();
    stage(1);
    assertThat(attested(1)).isFalse();
    unstage();
    awaitAttested();
    assertThat(host.record()).exists();
    controllerSettles();
    await().atMost(SOON).until(() -> !Files.exists(host.record()));
    assertThat(attested(1)).isFalse();
  }

  @Test
  @DisplayName("rule 7: that a word was heard is found where a dead watch tells nobody")
  void heardUntold() {
    node.channel().start();
    stage(1);
    unstage();
    awaitAttested();
    api.putUntold(NODE, IQN, api.status(NODE).without(word -> true));
    await()
        .atMost(InitiatorChannel.UNTOLD.plus(SOON))
        .until(() -> !Files.exists(host.record()) && !attested(1));
  }

  @Test
  @DisplayName(
      "rule 7: an unstage does not wait for the API server; the word follows when it is back")
  void unstageWithApiAway() {
    node.channel().start();
    stage(1);
    api.goAway();
    unstage();
    assertThat(host.mapped).isFalse();
    assertThat(host.record()).exists();
    api.comeBack();
    awaitAttested();
  }

  @Test
  @DisplayName("rule 15: a word that was not given before the plugin died is given by the next one")
  void wordAfterRestart() {
    node.channel().start();
    stage(1);
    api.goAway();
    unstage();
    node.channel().close();
    api.comeBack();
    restart();
    awaitAttested();
  }

  @Test
  @DisplayName("rule 4: of another boot nothing is attested, and the record goes")
  void otherBoot() {
    node.channel().start();
    stage(1);
    api.goAway();
    unstage();
    node.channel().close();
    host.boot = new BootId("00000000-0000-4000-8000-000000000002");
    api.comeBack();
    restart();
    await().atMost(SOON).until(() -> !Files.exists(host.record()));
    assertThat(attested(1)).isFalse();
  }

  @Test
  @DisplayName("rule 7: a stage after the word takes it back before it logs in")
  void stageTakesBack() {
    node.channel().start();
    await().atMost(SOON).until(() -> api.find(NODE).isPresent());
    stage(1);
    unstage();
    awaitAttested();
    host.journal.clear();
    stage(1);
    assertThat(attested(1)).isFalse();
    assertThat(api.status(NODE).withdrawals()).isEqualTo(2);
    assertThat(host.journal).startsWith("attach with a record");
    unstage();
    awaitAttested();
  }

  @Test
  @DisplayName(
      "rule 7: where that cannot be made sure of, the stage is refused and nothing attached")
  void stageWithApiAway() {
    node.channel().start();
    stage(1);
    unstage();
    awaitAttested();
    host.journal.clear();
    api.goAway();
    assertThatThrownBy(() -> stage(1)).isInstanceOf(ApiUnreachable.class);
    assertThat(host.journal).isEmpty();
    assertThat(host.mapped).isFalse();
    api.comeBack();
    stage(1);
    assertThat(attested(1)).isFalse();
  }

  @Test
  @DisplayName("F1: a stage that goes on needs no API server")
  void repeatedStageWithApiAway() {
    stage0();
    api.goAway();
    stage(1);
    restart();
    stage(1);
  }

  private void stage0() {
    node.channel().start();
    stage(1);
  }

  @Test
  @DisplayName("rule 7: a word that is on its way when a stage takes it back is not written")
  void wordOnItsWay() {
    api.put(NODE, IQN, InitiatorStatus.EMPTY.heardIn(FakeHost.BOOT));
    stage(1);
    node.channel().close(); // its threads: the word is given by hand below
    unstage();
    api.beforeNextWrite(() -> stage(1));
    node.words().give(api, deadline());
    assertThat(attested(1)).isFalse();
    assertThat(host.mapped).isTrue();
  }

  @Test
  @DisplayName("rule 7: killed between taking back and the record, the next stage asks again")
  void killedWhileTakingBack() {
    api.put(NODE, IQN, InitiatorStatus.EMPTY.heardIn(FakeHost.BOOT));
    stage(1);
    node.channel().close();
    unstage();
    node.words().give(api, deadline());
    assertThat(attested(1)).isTrue();
    api.loseWrites();
    assertThatThrownBy(() -> stage(1)).isInstanceOf(ApiUnreachable.class);
    assertThat(host.record()).doesNotExist();
    assertThatThrownBy(() -> stage(1)).isInstanceOf(ApiUnreachable.class);
    assertThat(attested(1)).as("true still: nothing was attached").isTrue();
    assertThat(host.mapped).isFalse();
    api.comeBack();
    stage(1);
    assertThat(attested(1)).isFalse();
  }

  @Test
  @DisplayName(
      "rule 7: a settlement that comes with a new stage does not take the new stage's record")
  void settledWhileStaged() {
    api.put(NODE, IQN, InitiatorStatus.EMPTY.heardIn(FakeHost.BOOT));
    stage(1);
    node.channel().close();
    unstage();
    node.words().give(api, deadline());
    controllerSettles();
    stage(2);
    node.words().give(api, deadline());
    assertThat(host.record()).content().contains("generation 2").contains("staged");
  }

  @Test
  @DisplayName("rule 8: a debt whose device is not in the kernel is answered in this boot")
  void debtAnswered() {
    api.put(NODE, IQN, InitiatorStatus.EMPTY.owing(List.of(DEBT)));
    node.channel().start();
    awaitAttested();
    assertThat(api.status(NODE).words())
        .containsExactly(AttestedGeneration.of(VOLUME, FIRST, FakeHost.BOOT));
  }

  @Test
  @DisplayName("rule 8: the answer is about the kernel: a failed tidying of the rest is no reason")
  void debtThoughTidyingFails() {
    host.detachFails = true;
    api.put(NODE, IQN, InitiatorStatus.EMPTY.owing(List.of(DEBT)));
    node.channel().start();
    awaitAttested();
  }

  @Test
  @DisplayName("rule 8: what cannot be detached is no reason for silence about the others' debts")
  void oneDebtFails() {
    host.mapped = true;
    host.detachFails = true;
    var other = new OwedGeneration(OTHER.toString(), 1, IQN.name(), "2026-01-01T00:00:00Z");
    api.put(NODE, IQN, InitiatorStatus.EMPTY.owing(List.of(DEBT, other)));
    node.channel().start();
    await().atMost(SOON).until(() -> api.status(NODE).attests(OTHER, FIRST));
    assertThat(attested(1)).isFalse();
  }

  @Test
  @DisplayName("rule 8: a fenced device that is mounted is left to its unstage, which answers")
  void debtOfAStagedVolume() {
    node.channel().start();
    stage(1);
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    await()
        .during(Duration.ofSeconds(2))
        .atMost(SOON)
        .until(() -> !attested(1) && !host.journal.contains("detach"));
    unstage();
    awaitAttested();
  }

  @Test
  @DisplayName(
      "F25, rule 8: what the head has fenced is discarded by its unstage, with no path left")
  void debtOfAStagedVolumeWithoutAPath() {
    node.channel().start();
    stage(1);
    host.reach = Reach.State.LOST;
    assertThatThrownBy(this::unstage)
        .as("before the head has said that it is fenced")
        .isInstanceOf(NoPath.class);
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    await().atMost(SOON).until(() -> host.orders(Steps.unobserved()).find(VOLUME).isPresent());
    assertThat(host.orders(Steps.unobserved()).find(VOLUME))
        .get()
        .extracting(DiscardOrder::by)
        .isEqualTo("the head");
    assertThat(host.queueing).as("nothing is given up before it is unstaged").isTrue();
    unstage();
    awaitAttested();
    assertThat(host.journal).containsSubsequence("stop queueing", "unmount staging", "detach");
    assertThat(host.orderFolder()).isEmptyDirectory();
  }

  @Test
  @DisplayName("F25, rule 8: who waits with a fenced device that is not mounted is let go")
  void debtOfAnOpenDevice() {
    host.mapped = true;
    host.opened = 1;
    host.reach = Reach.State.LOST;
    api.put(NODE, IQN, InitiatorStatus.EMPTY.owing(List.of(DEBT)));
    node.channel().start();
    await().atMost(SOON).until(() -> !host.queueing);
    assertThat(attested(1)).isFalse();
    host.opened = 0; // it had its error
    restart();
    awaitAttested();
    assertThat(host.orderFolder()).isEmptyDirectory();
  }

  @Test
  @DisplayName("rule 8: a debt of before the current stage leaves the current device alone")
  void debtOfAnEarlierGeneration() {
    node.channel().start();
    stage(2);
    host.mounts.clear();
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    await()
        .during(Duration.ofSeconds(2))
        .atMost(SOON)
        .until(() -> !attested(1) && host.mapped && Files.exists(host.record()));
  }

  @Test
  @DisplayName("rules 8, 15: a fenced device that nobody mounted goes, and its record with it")
  void debtOfAnAbandonedStage() {
    node.channel().start();
    stage(1);
    host.mounts.clear();
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    awaitAttested();
    assertThat(host.mapped).isFalse();
    assertThat(host.record()).doesNotExist();
  }

  @Test
  @DisplayName("rules 7, 8: a debt of what was just unstaged is answered by its word, once")
  void debtAnsweredByTheWord() {
    node.channel().start();
    stage(1);
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    unstage();
    awaitAttested();
    api.put(NODE, IQN, api.status(NODE).without(word -> true).owing(List.of()));
    await().atMost(SOON).until(() -> !Files.exists(host.record()));
    await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> !attested(1));
    assertThat(api.writes()).doesNotContain("answer debt");
  }

  @Test
  @DisplayName("rules 4, 8, 15: after a boot a debt is answered, and the old boot's record goes")
  void debtOfAnotherBoot() {
    node.channel().start();
    stage(1);
    node.channel().close();
    host.mounts.clear();
    host.mapped = false;
    host.boot = new BootId("00000000-0000-4000-8000-000000000002");
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    restart();
    awaitAttested();
    assertThat(host.record()).doesNotExist();
    assertThat(api.status(NODE).words())
        .containsExactly(AttestedGeneration.of(VOLUME, FIRST, host.boot));
  }

  @Test
  @DisplayName("rule 8: in an Initiator of another name nothing is answered: nobody would hear it")
  void debtInAnInitiatorOfAnotherName() {
    api.put(NODE, new Iqn("iqn.2026-01.other:x"), InitiatorStatus.EMPTY.owing(List.of(DEBT)));
    node.channel().start();
    await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> !attested(1));
  }

  @Test
  @DisplayName("rule 8: a debt of another machine that bore this node's name is not answered here")
  void debtOfAnotherMachine() {
    var other = new OwedGeneration(VOLUME.toString(), 1, "iqn.2026-01.other:x", DEBT.since());
    api.put(NODE, IQN, InitiatorStatus.EMPTY.owing(List.of(other)));
    node.channel().start();
    await().atMost(SOON).until(() -> FakeHost.BOOT.text().equals(api.status(NODE).bootId()));
    api.put(
        NODE,
        IQN,
        api.status(NODE)
            .owing(
                List.of(
                    other, new OwedGeneration(VOLUME.toString(), 2, IQN.name(), DEBT.since()))));
    await().atMost(SOON).until(() -> attested(2));
    assertThat(attested(1)).isFalse();
  }

  @Test
  @DisplayName("rules 4, 8: without its record, the unstage leads to an answer from the kernel")
  void debtWithoutRecord() throws Exception {
    node.channel().start();
    stage(1);
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    Files.writeString(host.record(), "damaged");
    unstage();
    awaitAttested();
  }

  @Test
  @DisplayName("rule 8: a fenced device that is nobody's is discarded, and the debt answered")
  void debtOfNobody() {
    host.mapped = true;
    api.put(NODE, IQN, InitiatorStatus.EMPTY.owing(List.of(DEBT)));
    node.channel().start();
    awaitAttested();
    assertThat(host.journal).containsExactly("detach");
    assertThat(host.mapped).isFalse();
  }

  @Test
  @DisplayName("rule 8: a fenced device that is mounted is not discarded, record or not")
  void debtOfAMountedVolume() throws Exception {
    stage0();
    Files.delete(host.record());
    host.journal.clear();
    api.put(NODE, IQN, api.status(NODE).owing(List.of(DEBT)));
    await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> host.journal.isEmpty());
    assertThat(attested(1)).isFalse();
  }
}
