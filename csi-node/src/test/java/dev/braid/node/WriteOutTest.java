package dev.braid.node;

import static dev.braid.node.FakeHost.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.mount.MountEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The last write-out of a volume on a {@link FakeHost}, whose kernel says once what it lost. */
@Timeout(60)
class WriteOutTest {

  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration TOO_LATE = Duration.ofMillis(900);
  private static final Duration LONG = Duration.ofSeconds(20);

  /** What a mark is called until it is whole. */
  private static final String FRESH = "~";

  @TempDir Path folder;
  private FakeHost host;

  /** Open when the device is done. */
  private final CountDownLatch device = new CountDownLatch(1);

  @BeforeEach
  void mounted() {
    host = new FakeHost(folder);
    host.addMount(FakeHost.MAP.number(), "/", host.staging(), "ext4", "rw");
  }

  @AfterEach
  void done() {
    device.countDown();
  }

  @Test
  @DisplayName("rule 9: what fails after the call has given up, the next call says, once")
  void failsLate() {
    slow();
    host.writeFails = true;
    assertThatThrownBy(() -> run(SHORT))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("it goes on");
    device.countDown();
    assertThatThrownBy(this::run)
        .isInstanceOf(KernelRefused.class)
        .hasMessageContainingAll(VOLUME.toString(), "could not be written out", "stays mounted");
    assertThat(host.journal).isEmpty();
    run();
    assertThat(host.journal).containsExactly("write out staging");
  }

  @Test
  @DisplayName("rule 9: slow is not lost: what goes on is waited for, and ends well")
  void slowAndWell() {
    slow();
    assertThatThrownBy(() -> run(SHORT)).isInstanceOf(DeadlinePassed.class);
    assertThatThrownBy(() -> run(SHORT))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("write out volume " + VOLUME);
    device.countDown();
    run();
    assertThat(host.journal).containsExactly("write out staging", "write out staging");
    assertThat(host.unheardFolder()).isEmptyDirectory();
  }

  @Test
  @DisplayName("rule 9: what nobody heard, as the plugin was killed meanwhile, is said once")
  void killed() {
    die();
    assertThatThrownBy(this::run)
        .isInstanceOf(KernelRefused.class)
        .hasMessageContainingAll(VOLUME.toString(), "nobody heard", "next try", "kernel's log");
    run();
    assertThat(host.journal).containsExactly("write out staging");
  }

  @Test
  @DisplayName("rule 9: the program of a plugin that was killed alone is waited for")
  void orphan() throws Exception {
    die();
    Process orphan = new ProcessBuilder("sleep", "60").start();
    try {
      shownAsWriteOut(orphan.pid());
      assertThatThrownBy(() -> run(SHORT))
          .isInstanceOf(DeadlinePassed.class)
          .hasMessageContainingAll(Long.toString(orphan.pid()), "sync -f");
    } finally {
      orphan.destroyForcibly().waitFor();
    }
    assertThatThrownBy(this::run).hasMessageContaining("nobody heard");
    run();
  }

  @Test
  @DisplayName("rule 4: of another boot nothing is said: what was in memory is gone with it")
  void rebooted() {
    die();
    host.unheard().removeAllButThisBoots(Steps.unobserved());
    assertThat(host.unheardFolder()).isNotEmptyDirectory();
    host.boot = new BootId("00000000-0000-4000-8000-000000000002");
    run();
    die();
    host.boot = FakeHost.BOOT;
    host.unheard().removeAllButThisBoots(Steps.unobserved());
    assertThat(host.unheardFolder()).isEmptyDirectory();
  }

  @Test
  @DisplayName("rule 9: a file system that turned read-only still has its earlier failure said")
  void turnedReadOnly() {
    die();
    MountEntry top = top();
    host.mounts.clear();
    host.mounts.add(
        new MountEntry(
            top.id(),
            top.parent(),
            top.device(),
            top.root(),
            top.target(),
            top.options(),
            top.type(),
            top.source(),
            List.of("ro")));
    assertThatThrownBy(this::run).hasMessageContaining("nobody heard");
    run();
    assertThat(host.journal).as("nothing to write").isEmpty();
  }

  @Test
  @DisplayName("rule 15: where the device is gone nothing is left of it")
  void forgotten() {
    die();
    host.writeOut(Steps.unobserved()).forget(VOLUME);
    assertThat(host.unheardFolder()).isEmptyDirectory();
    run();
  }

  @Test
  @DisplayName("rule 9: a state folder that takes nothing stops no unmount, and no loss is made up")
  void folderTakesNothing() {
    takesNothing();
    run();
    run();
    assertThat(host.journal).containsExactly("write out staging", "write out staging");
  }

  @Test
  @DisplayName("rule 9: a state folder that turns read-only meanwhile makes up no loss either")
  void folderTurns() {
    host.whileWritingOut = this::takesNothing;
    run();
    assertThat(host.journal).containsExactly("write out staging");
  }

  @Test
  @DisplayName("rule 9: a loss is said though the state folder takes nothing")
  void lostAndFolderTakesNothing() {
    takesNothing();
    host.writeFails = true;
    assertThatThrownBy(this::run)
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("could not be written out");
    run();
  }

  @Test
  @DisplayName("rule 9: what fails late the next call says, though the state folder takes nothing")
  void failsLateAndFolderTakesNothing() {
    takesNothing();
    slow();
    host.writeFails = true;
    WriteOut running = host.writeOut(Steps.unobserved());
    assertThatThrownBy(() -> running.run(VOLUME, top(), in(SHORT)))
        .isInstanceOf(DeadlinePassed.class);
    device.countDown();
    assertThatThrownBy(() -> running.run(VOLUME, top(), in(LONG)))
        .hasMessageContaining("could not be written out");
    running.run(VOLUME, top(), in(LONG));
    assertThat(host.journal).containsExactly("write out staging");
  }

  @Test
  @DisplayName("rule 9: where the kernel could not be asked nothing is said to be lost")
  void cannotAsk() {
    host.cannotWriteOut = true;
    assertThatThrownBy(this::run).isInstanceOf(KernelRefused.class).hasMessage("cannot start sync");
    assertThat(host.unheardFolder()).isEmptyDirectory();
    host.cannotWriteOut = false;
    run();
    assertThat(host.journal).containsExactly("write out staging");
  }

  @Test
  @DisplayName("rule 9: what a caller who is about to give up would not hear, the next one hears")
  void tooLateToHear() {
    host.writeFails = true;
    assertThatThrownBy(() -> run(TOO_LATE))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("next try");
    assertThatThrownBy(() -> run(TOO_LATE))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("the next try says it");
    assertThatThrownBy(this::run).hasMessageContaining("could not be written out");
    run();
    assertThat(host.journal).containsExactly("write out staging");
  }

  /** Not even root can write or take away a mark. */
  private void takesNothing() {
    String mark = VOLUME.serial().digits();
    try {
      Files.createDirectories(host.unheardFolder().resolve(mark + FRESH).resolve("in the way"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void slow() {
    host.whileWritingOut =
        () -> {
          try {
            device.await();
          } catch (InterruptedException e) {
            throw new AssertionError("nobody ends it", e);
          }
        };
  }

  private void die() {
    host.whileWritingOut =
        () -> {
          throw new FakeHost.Death();
        };
    assertThatThrownBy(this::run).isInstanceOf(FakeHost.Death.class);
    host.whileWritingOut = () -> {};
  }

  private void shownAsWriteOut(long pid) throws IOException {
    Path process = Files.createDirectories(folder.resolve("proc").resolve(Long.toString(pid)));
    Files.writeString(process.resolve("comm"), "sync\n");
    Files.writeString(process.resolve("cmdline"), "sync\0-f\0" + host.staging() + "\0");
  }

  private MountEntry top() {
    return host.table().at(host.staging()).orElseThrow();
  }

  private void run() {
    run(LONG);
  }

  /** By a plugin that has just been started: it knows nothing but what is written down. */
  private void run(Duration patience) {
    host.writeOut(Steps.unobserved()).run(VOLUME, top(), in(patience));
  }

  private static Deadline in(Duration patience) {
    return Deadline.after(patience);
  }
}
