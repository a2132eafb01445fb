package dev.braid.node;

import static dev.braid.node.FakeHost.VOLUME;
import static dev.braid.node.FakeHost.context;
import static dev.braid.node.FakeHost.deadline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.BootId;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NotTrusted;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.change.Mounts.Flag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stage, publish, unpublish and unstage of one volume on a {@link FakeHost}. */
class NodeLifeTest {

  private static final VolumeUse EXT4 = new VolumeUse.Ext4(Set.of(), List.of());
  private static final VolumeUse BLOCK = new VolumeUse.Block();

  @TempDir Path folder;
  private FakeHost host;

  @BeforeEach
  void host() {
    host = new FakeHost(folder);
  }

  @Test
  @DisplayName("rule 4: the record is there before the login, and gone after the attestation")
  void order() {
    stage(EXT4);
    publish(EXT4, false);
    unpublish();
    unstage();
    assertThat(host.journal)
        .containsExactly(
            "attach with a record",
            "mke2fs",
            "mount /dev/dm-7 as ext4 ",
            "bind rw",
            "unmount target",
            "write out staging",
            "unmount staging",
            "detach",
            "attest 1");
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "block"})
  @DisplayName("F1: every call a second time succeeds and changes nothing")
  void twice(String kind) {
    VolumeUse use = kind.equals("ext4") ? EXT4 : BLOCK;
    stage(use);
    var mounts = List.copyOf(host.mounts);
    stage(use);
    assertThat(host.mounts).isEqualTo(mounts);
    publish(use, false);
    mounts = List.copyOf(host.mounts);
    publish(use, false);
    assertThat(host.mounts).isEqualTo(mounts);
    unpublish();
    unpublish();
    unstage();
    unstage();
    assertThat(host.attested).hasSize(1);
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ext4", "block"})
  @DisplayName("F5, rule 15: killed before and after every step, the same call again converges")
  void killedEverywhere(String kind) {
    VolumeUse use = kind.equals("ext4") ? EXT4 : BLOCK;
    int kills = 0;
    for (int call = 0; call < 4; call++) {
      for (String point : pointsOf(use, call)) {
        var again = new FakeHost(folder);
        List<Runnable> life = life(again, use);
        life.subList(0, call).forEach(Runnable::run);
        again.dieAt(point);
        assertThatThrownBy(life.get(call)::run).as(point).isInstanceOf(FakeHost.Death.class);
        kills++;
        life.subList(call, life.size()).forEach(Runnable::run);
        host = again;
        assertNothingLeft();
        assertThat(again.attested).as("attested at least once").isNotEmpty();
      }
    }
    assertThat(kills).isGreaterThan(kind.equals("ext4") ? 20 : 12);
  }

  @Test
  @DisplayName(
      "a host that is not fit stages nothing; what is staged already goes on and comes off")
  void notFit() {
    host.fit = false;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(Refused.class).hasMessageContaining("fit");
    assertThat(host.journal).isEmpty();
    assertThat(host.record()).doesNotExist();
    host.fit = true;
    stage(EXT4);
    host.fit = false;
    stage(EXT4);
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 12: while a stage waits to know whether this host is fit, an unstage does not")
  void looksBeforeLocking() {
    var unstaged = new AtomicInteger();
    host.whileLooking =
        () -> {
          unstage();
          unstaged.incrementAndGet();
        };
    stage(EXT4);
    assertThat(unstaged).hasValue(1);
    assertThat(host.mapped).isTrue();
  }

  private List<String> pointsOf(VolumeUse use, int call) {
    var recorded = new FakeHost(folder);
    List<Runnable> life = life(recorded, use);
    life.subList(0, call).forEach(Runnable::run);
    recorded.points.clear();
    life.get(call).run();
    var points = new ArrayList<>(recorded.points);
    life.subList(call + 1, life.size()).forEach(Runnable::run);
    return points;
  }

  private static List<Runnable> life(FakeHost host, VolumeUse use) {
    return List.of(
        () -> host.plugin().stage().stage(wanted(host, use, 1), deadline()),
        () -> host.plugin().publish().publish(publication(host, use, false), deadline()),
        () -> host.plugin().unpublish().unpublish(VOLUME, host.target(), deadline()),
        () -> host.plugin().unstage().unstage(VOLUME, host.staging(), deadline()));
  }

  @Test
  @DisplayName("F5: killed in the middle of mke2fs, the volume is formatted again and mounted")
  void killedInMke2fs() {
    host.diesInMke2fs = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(FakeHost.Death.class);
    assertThat(host.mounts).isEmpty();
    stage(EXT4);
    assertThat(host.mounts).hasSize(1);
    assertThat(host.journal).filteredOn("mke2fs"::equals).hasSize(2);
  }

  @Test
  @DisplayName("F5: while a killed process's mke2fs still runs, the stage waits its turn")
  void mke2fsStillRuns() {
    host.claimed = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(Busy.class);
    assertThat(host.journal).doesNotContain("mke2fs");
  }

  @Test
  @DisplayName("rule 3: a file system with data is checked and mounted, never made anew")
  void keepsData() {
    stage(EXT4);
    unstage();
    host.bytes[500_000] = 42;
    stage(EXT4);
    assertThat(host.journal).filteredOn("mke2fs"::equals).hasSize(1);
    assertThat(host.journal).contains("e2fsck");
    assertThat(host.bytes[500_000]).isEqualTo((byte) 42);
  }

  @Test
  @DisplayName("rule 3: what is not blank is not formatted, though nobody knows what it is")
  void notBlank() {
    host.bytes[host.bytes.length - 5000] = 1;
    assertThatThrownBy(() -> stage(EXT4))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("not blank");
    assertThat(host.journal).doesNotContain("mke2fs");
    assertThat(host.mounts).isEmpty();
  }

  @Test
  @DisplayName(
      "rule 7: what failed to stage for good is off again and attested: no fence is needed")
  void undone() {
    host.bytes[host.bytes.length - 5000] = 1;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(Refused.class);
    assertThat(host.mapped).isFalse();
    assertThat(host.attested).extracting(r -> r.generation().value()).containsExactly(1L);
    assertThat(host.record()).doesNotExist();
  }

  @Test
  @DisplayName("rule 3: a map that is another's once it is held open is not touched")
  void swapped() {
    host.swapped = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(KernelRefused.class);
    assertThat(host.journal).doesNotContain("mke2fs");
    host.swapped = false;
    host.goesAtOpening = true;
    assertThatThrownBy(() -> stage(EXT4))
        .as("one that went just then")
        .isInstanceOf(Busy.class)
        .hasCauseInstanceOf(KernelRefused.class);
    host.goesAtOpening = false;
    stage(BLOCK);
    host.swapped = true;
    assertThatThrownBy(() -> publish(BLOCK, false)).isInstanceOf(KernelRefused.class);
    assertThat(host.mounts).isEmpty();
    host.swapped = false;
    unpublish();
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("F37: a map that multipathd took away again is no failure for good; what is, stays")
  void vanished() {
    host.vanishes = true;
    assertThatThrownBy(() -> stage(EXT4))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("/dev/dm-7");
    assertThat(host.journal).doesNotContain("mke2fs", "detach");
    assertThat(host.record()).exists();
    host.fit = false;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(Busy.class).hasMessageContaining("not fit");
    host.fit = true;
    host.vanishes = false;
    stage(EXT4);
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("F2: a block volume's content is nobody's business")
  void blockContent() {
    host.bytes[0] = 1;
    stage(BLOCK);
    assertThat(host.bytes[0]).isEqualTo((byte) 1);
    assertThat(host.journal).containsExactly("attach with a record");
  }

  @Test
  @DisplayName("F2: a stage for another use is refused while it is staged, and free afterwards")
  void otherUse() {
    stage(EXT4);
    assertThatThrownBy(() -> stage(BLOCK)).isInstanceOf(AlreadyExists.class);
    assertThatThrownBy(() -> stage(new VolumeUse.Ext4(Set.of(Flag.NOATIME), List.of())))
        .isInstanceOf(AlreadyExists.class);
    unstage();
    stage(BLOCK);
  }

  @Test
  @DisplayName(
      "F28: a stage that ran out of time goes on in the next call, and is off by an unstage")
  void outOfTime() {
    host.slow = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(DeadlinePassed.class);
    assertThat(host.mapped).isTrue();
    assertThat(host.record()).exists();
    host.slow = false;
    stage(EXT4);
    assertThat(host.journal).doesNotContain("detach");
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName(
      "F28: what a stage that ran out of time has left allows no word for good: kubelet would not"
          + " unstage it")
  void noWordForGood() {
    host.slow = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(DeadlinePassed.class);
    host.slow = false;
    assertThatThrownBy(() -> stage(BLOCK))
        .as("for another use, while nobody has it")
        .isInstanceOf(Busy.class)
        .hasMessageContaining("unstage it first");
    host.wrong = true;
    assertThatThrownBy(() -> stage(EXT4))
        .as("with a map that nobody is to touch")
        .isInstanceOf(Busy.class)
        .hasCauseInstanceOf(WrongDevice.class);
    assertThat(host.journal).doesNotContain("detach");
  }

  @Test
  @DisplayName("F28: nor does its record, where the next one cannot be written")
  void noWordForGoodOfRecord() throws IOException {
    host.slow = true;
    host.vanishes = true; // no map came, but paths may be there
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(DeadlinePassed.class);
    host.cannotWithdraw = true;
    assertThatThrownBy(() -> host.plugin().stage().stage(wanted(host, EXT4, 2), deadline()))
        .isInstanceOf(Busy.class)
        .hasCauseInstanceOf(NotTrusted.class);
    Files.createDirectory(host.record());
    host.cannotWithdraw = false;
    assertThatThrownBy(() -> stage(EXT4))
        .as("nobody can say what is here")
        .isInstanceOf(Busy.class)
        .hasCauseInstanceOf(KernelRefused.class);
  }

  @Test
  @DisplayName(
      "rule 3: a wrong device is a word for good each time, and nothing of the stage is left")
  void wrongDevice() {
    host.wrong = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(WrongDevice.class);
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(WrongDevice.class);
    assertThat(host.record()).doesNotExist();
    host.detachFails = true;
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(Busy.class);
    assertThat(host.record()).exists();
  }

  @Test
  @DisplayName(
      "rule 7: over a map of another generation, or of nobody knows which, nothing is staged")
  void otherGeneration() throws IOException {
    host.plugin().stage().stage(wanted(host, EXT4, 2), deadline());
    assertThatThrownBy(() -> stage(EXT4))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("generation 2")
        .hasMessageContaining("unstage it first");
    assertThatThrownBy(() -> host.plugin().stage().stage(wanted(host, EXT4, 3), deadline()))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("generation 2");
    byte[] record = Files.readAllBytes(host.record());
    Files.delete(host.record());
    assertThatThrownBy(() -> host.plugin().stage().stage(wanted(host, EXT4, 2), deadline()))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("unknown generation");
    Files.write(host.record(), record);
    host.plugin().unstage().unstage(VOLUME, host.staging(), deadline());
    assertThat(host.attested).extracting(r -> r.generation().value()).containsExactly(2L);
  }

  @Test
  @DisplayName("F2: a staging path that is missing, or taken by somebody else")
  void stagingPath() throws IOException {
    Files.delete(host.staging());
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(InvalidInput.class);
    Files.createDirectory(host.staging());
    host.addMount(new DeviceNumber(8, 1), "/", host.staging(), "xfs", "rw");
    assertThatThrownBy(() -> stage(EXT4)).isInstanceOf(Refused.class);
    assertThat(host.journal).doesNotContain("mke2fs");
  }

  @Test
  @DisplayName("F2: publish before stage, or in another way than staged or published")
  void contradictingPublish() {
    assertThatThrownBy(() -> publish(EXT4, false)).isInstanceOf(Refused.class);
    stage(EXT4);
    assertThatThrownBy(() -> publish(BLOCK, false)).isInstanceOf(Refused.class);
    publish(EXT4, true);
    publish(EXT4, true);
    assertThatThrownBy(() -> publish(EXT4, false)).isInstanceOf(AlreadyExists.class);
    assertThat(host.journal).contains("bind ro");
    unpublish();
    publish(EXT4, false);
    assertThatThrownBy(() -> publish(EXT4, true)).isInstanceOf(AlreadyExists.class);
  }

  @Test
  @DisplayName("rule 16: a target with somebody else's mount is left alone, both ways")
  void foreignTarget() {
    stage(EXT4);
    host.addMount(new DeviceNumber(8, 1), "/", host.target(), "xfs", "rw");
    assertThatThrownBy(() -> publish(EXT4, false)).isInstanceOf(AlreadyExists.class);
    assertThatThrownBy(this::unpublish).isInstanceOf(Refused.class);
    assertThat(host.table().at(host.target())).isPresent();
  }

  @Test
  @DisplayName("rule 9: a published volume is not unstaged; where it is published is named")
  void publishedElsewhere() {
    for (VolumeUse use : List.of(EXT4, BLOCK)) {
      host = new FakeHost(folder);
      stage(use);
      publish(use, false);
      var before = List.copyOf(host.mounts);
      assertThatThrownBy(this::unstage)
          .isInstanceOf(DeviceInUse.class)
          .hasMessageContaining(host.target().toString());
      assertThat(host.mounts).isEqualTo(before);
      assertThat(host.attested).isEmpty();
      unpublish();
      unstage();
    }
  }

  @Test
  @DisplayName("rule 9: a volume in use stays as it is, and who uses it is named")
  void inUse() {
    stage(EXT4);
    publish(EXT4, false);
    host.busy = true;
    assertThatThrownBy(this::unpublish)
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContaining("process 7 (cat)");
    assertThat(host.target()).exists();
    host.busy = false;
    unpublish();
    host.busy = true;
    assertThatThrownBy(this::unstage)
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContaining("process 7 (cat)");
    assertThat(host.journal).doesNotContain("detach");
    assertThat(host.mapped).isTrue();
    host.busy = false;
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 9: what could not be written refuses the unstage, by name, before any unmount")
  void notWrittenOut() {
    stage(EXT4);
    host.writeFails = true;
    assertThatThrownBy(this::unstage)
        .isInstanceOf(KernelRefused.class)
        .hasMessageContainingAll(VOLUME.toString(), "stays mounted", host.staging().toString());
    assertThat(host.mounts).hasSize(1);
    assertThat(host.journal).doesNotContain("unmount staging", "detach");
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 9: a file system that turned read-only has nothing to write, and comes off")
  void turnedReadOnly() {
    stage(EXT4);
    turnReadOnly();
    host.writeFails = true;
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 18: a file system that turned read-only is given to nobody who is to write")
  void givesNone() {
    stage(EXT4);
    turnReadOnly();
    assertThatThrownBy(() -> stage(EXT4))
        .as("no word for good, after which kubelet would forget what is mounted")
        .isInstanceOf(Busy.class)
        .hasMessageContaining("has turned read-only after an error");
    assertThat(host.mounts).as("what is in use is left as it is").hasSize(1);
    assertThatThrownBy(() -> publish(EXT4, false)).isInstanceOf(Refused.class);
    publish(EXT4, true);
    assertThat(host.plugin().watch().problems(VOLUME))
        .singleElement()
        .satisfies(problem -> assertThat(problem.reason()).isEqualTo("FileSystemReadOnly"));
  }

  @Test
  @DisplayName("rule 18: also where the kernel shows it as before, and only counts its errors")
  void givesNoneByCount() {
    stage(EXT4);
    host.countErrors(1, "errors=remount-ro");
    assertThatThrownBy(() -> publish(EXT4, false)).isInstanceOf(Refused.class);
    host.countErrors(0, "errors=remount-ro");
    publish(EXT4, false);
    unpublish();
    host.countErrors(1, "errors=continue");
    publish(EXT4, false);
  }

  @Test
  @DisplayName("rule 18: a map that turned read-only is given to nobody who is to write")
  void givesNoMap() {
    for (VolumeUse use : List.of(EXT4, BLOCK)) {
      stage(use);
      host.mapReadOnly = true;
      assertThatThrownBy(() -> publish(use, false))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("is read-only");
      host.mapReadOnly = false;
      unstage();
    }
  }

  private void turnReadOnly() {
    MountEntry top = host.mounts.remove(0);
    host.mounts.add(
        new MountEntry(
            top.id(),
            top.parent(),
            top.device(),
            top.root(),
            top.target(),
            List.of("rw"),
            top.type(),
            top.source(),
            List.of("ro")));
  }

  @Test
  @DisplayName("F2: a target path in a folder that is not there")
  void targetWithoutParent() throws IOException {
    Files.delete(host.target().getParent());
    for (VolumeUse use : List.of(EXT4, BLOCK)) {
      stage(use);
      assertThatThrownBy(() -> publish(use, false)).isInstanceOf(InvalidInput.class);
      unstage();
    }
  }

  @Test
  @DisplayName("rule 4: with its record lost or damaged a volume is detached, and nothing attested")
  void recordLost() throws IOException {
    stage(EXT4);
    Files.delete(host.record());
    unstage();
    assertThat(host.mapped).isFalse();

    stage(EXT4);
    Files.writeString(host.record(), Files.readString(host.record()).replace("tion 1", "tion 2"));
    unstage();
    assertThat(host.mapped).isFalse();

    assertThat(host.attested).isEmpty();
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 4: a record of another boot attests nothing")
  void otherBoot() {
    stage(EXT4);
    host.mounts.clear();
    host.mapped = false;
    host.boot = new BootId("00000000-0000-4000-8000-000000000002");
    unstage();
    assertThat(host.attested).isEmpty();
    assertNothingLeft();
  }

  @Test
  @DisplayName("F1: what never was staged or published here is unstaged and unpublished at once")
  void neverThere() {
    unpublish();
    unstage();
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 20: mount flags, which may hold secrets, are not in the record")
  void flagsNotKept() throws IOException {
    stage(new VolumeUse.Ext4(Set.of(), List.of("password=hunter2")));
    assertThat(Files.readString(host.record(), StandardCharsets.UTF_8)).doesNotContain("hunter2");
  }

  private static StageVolume.Wanted wanted(FakeHost host, VolumeUse use, long generation) {
    return new StageVolume.Wanted(VOLUME, context(generation), host.staging(), use);
  }

  private static PublishVolume.Wanted publication(FakeHost host, VolumeUse use, boolean readOnly) {
    return new PublishVolume.Wanted(VOLUME, host.staging(), host.target(), use, readOnly);
  }

  private void stage(VolumeUse use) {
    host.plugin().stage().stage(wanted(host, use, 1), deadline());
  }

  private void publish(VolumeUse use, boolean readOnly) {
    host.plugin().publish().publish(publication(host, use, readOnly), deadline());
  }

  private void unpublish() {
    host.plugin().unpublish().unpublish(VOLUME, host.target(), deadline());
  }

  private void unstage() {
    host.plugin().unstage().unstage(VOLUME, host.staging(), deadline());
  }

  private void assertNothingLeft() {
    assertThat(host.opened).as("held open by us").isZero();
    assertThat(host.mounts).isEmpty();
    assertThat(host.mapped).isFalse();
    assertThat(host.target()).doesNotExist();
    assertThat(host.folder.resolve("state").toFile().list()).isEmpty();
    assertThat(host.unheardFolder())
        .satisfiesAnyOf(
            none -> assertThat(none).doesNotExist(), all -> assertThat(all).isEmptyDirectory());
  }
}
