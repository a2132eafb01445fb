package dev.braid.linux.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class FileLocksTest {

  @TempDir Path folder;
  private FileLocks ours;

  /** Shares nothing with {@link #ours} but the folder: what another process would be. */
  private FileLocks theirs;

  @BeforeEach
  void locks() {
    ours = new FileLocks(folder.resolve("run/locks"), Clock.systemUTC());
    theirs = new FileLocks(folder.resolve("run/locks"), Clock.systemUTC());
  }

  @Test
  @DisplayName("rule 12: a lock excludes threads, and processes, and names its holder")
  void excludes() {
    try (var held = ours.exclusive("volume x", "attach x", soon())) {
      for (Locks locks : new Locks[] {ours, theirs}) {
        assertThatThrownBy(() -> locks.exclusive("volume x", "detach x", soon()))
            .isInstanceOf(Busy.class)
            .hasMessageContaining("attach x")
            .hasMessageContaining("process " + ProcessHandle.current().pid());
        assertThatThrownBy(() -> locks.shared("volume x", "look", soon())).isInstanceOf(Busy.class);
      }
      try (var other = theirs.exclusive("volume y", "attach y", soon())) {
        assertThat(other).isNotNull();
      }
    }
    theirs.exclusive("volume x", "detach x", soon()).close();
  }

  @Test
  @DisplayName("rule 12: from exclusive to shared without a gap")
  void sharedWithoutGap() {
    try (var login = ours.exclusive("target", "login", soon())) {
      login.share();
      login.share();
      ours.shared("target", "login", soon()).close();
      theirs.shared("target", "login", soon()).close();
      assertThatThrownBy(() -> ours.exclusive("target", "logout", soon())).isInstanceOf(Busy.class);
      assertThatThrownBy(() -> theirs.exclusive("target", "logout", soon()))
          .isInstanceOf(Busy.class);
    }
    ours.exclusive("target", "logout", soon()).close();
  }

  @Test
  @DisplayName("rule 12: nobody is named as holder who has let go; of those who share, not all are")
  void truthful() {
    var first = ours.shared("target", "attach a", soon());
    var second = theirs.shared("target", "attach b", soon());
    assertThatThrownBy(() -> ours.exclusive("target", "logout", soon()))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("attach b")
        .hasMessageContaining("and perhaps others");
    second.close();
    assertThatThrownBy(() -> ours.exclusive("target", "logout", soon()))
        .isInstanceOf(Busy.class)
        .hasMessageNotContaining("attach b");
    first.close();

    var login = ours.exclusive("target", "login", soon());
    login.share();
    assertThatThrownBy(() -> theirs.exclusive("target", "logout", soon()))
        .hasMessageContaining("login")
        .hasMessageContaining("and perhaps others");
    theirs.shared("target", "attach c", soon()).close();
    assertThatThrownBy(() -> theirs.exclusive("target", "logout", soon()))
        .isInstanceOf(Busy.class)
        .hasMessageNotContaining("attach c");
    login.close();
    ours.exclusive("target", "logout", soon()).close();
  }

  @Test
  @DisplayName("nothing is kept of a lock that nobody has, in the folder or in memory")
  void nothingKept() {
    var first = ours.exclusive("volume a", "attach", soon());
    first.share();
    var second = theirs.shared("volume a", "look", soon());
    assertThatThrownBy(() -> ours.exclusive("volume a", "detach", soon())).isInstanceOf(Busy.class);
    first.close();
    assertThat(files()).as("somebody has it still").containsExactly("volume%20a.lock");
    assertThat(ours.names()).isZero();
    second.close();
    theirs.exclusive("volume b", "attach", soon()).close();
    assertThat(files()).isEmpty();
    assertThat(theirs.names()).isZero();
  }

  @Test
  @DisplayName("rule 12: who waited for a lock whose file went meanwhile has it as if it had not")
  void removedMeanwhile() throws Exception {
    var held = ours.exclusive("volume", "attach", soon());
    var waiting = CompletableFuture.supplyAsync(() -> theirs.exclusive("volume", "b", later()));
    Path file = folder.resolve("run/locks/volume.lock");
    while (!isOpenTwice(file)) {
      Thread.onSpinWait();
    }
    held.close();
    try (var mine = waiting.get(10, TimeUnit.SECONDS)) {
      assertThat(mine).isNotNull();
      assertThat(file).exists();
      assertThatThrownBy(() -> ours.exclusive("volume", "c", soon())).isInstanceOf(Busy.class);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("a file that somebody removed by hand takes no other lock's file with it")
  void removedByHand() throws IOException {
    var first = ours.exclusive("volume", "attach", soon());
    Files.delete(folder.resolve("run/locks/volume.lock"));
    var second = theirs.exclusive("volume", "detach", soon());
    first.close();
    assertThat(files()).containsExactly("volume.lock");
    second.close();
    assertThat(files()).isEmpty();
  }

  /** Whether this process has it open twice: the holder, and one who waits. */
  private static boolean isOpenTwice(Path file) throws IOException {
    int count = 0;
    try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : all) {
        try {
          if (Files.readSymbolicLink(fd).equals(file.toRealPath())) {
            count++;
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile: the folder's own
        }
      }
    }
    return count == 2;
  }

  private List<String> files() {
    String[] names = folder.resolve("run/locks").toFile().list();
    return names == null ? List.of() : List.of(names);
  }

  @Test
  @DisplayName("a stream of shared holds does not keep an exclusive one waiting")
  void fair() throws Exception {
    var first = ours.shared("target", "scan", soon());
    var logout = CompletableFuture.supplyAsync(() -> ours.exclusive("target", "logout", later()));
    while (true) {
      try (var another = ours.shared("target", "scan", soon())) {
        assertThat(another).isNotNull(); // the exclusive one does not wait yet
      } catch (Busy e) {
        break;
      }
    }
    first.close();
    logout.get(10, TimeUnit.SECONDS).close();
    ours.shared("target", "scan", soon()).close();
  }

  @Test
  @DisplayName(
      "one at a time, however many threads of however many processes, and nothing stays of it")
  void manyThreads() throws Exception {
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var threads = 8;
    var done = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      Locks locks = i % 2 == 0 ? ours : theirs;
      new Thread(
              () -> {
                for (int n = 0; n < 20; n++) {
                  try (var held = locks.exclusive("volume", "test", later())) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    assertThat(held).isNotNull();
                  }
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(most).hasValue(1);
    assertThat(files()).isEmpty();
    assertThat(ours.names() + theirs.names()).isZero();
  }

  @Test
  @DisplayName("rule 12: alone or together, from one to the other, a file that comes and goes")
  void mixed() throws Exception {
    var readers = new AtomicInteger();
    var writers = new AtomicInteger();
    var wrong = new AtomicInteger();
    var threads = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < 8; i++) {
      Locks locks = i % 2 == 0 ? ours : theirs;
      boolean alone = i < 4;
      threads.add(
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; n < 50; n++) {
                  try (var held =
                      alone
                          ? locks.exclusive("target", "test", later())
                          : locks.shared("target", "test", later())) {
                    if (alone) {
                      wrong.addAndGet(writers.getAndIncrement() + readers.get());
                      writers.decrementAndGet();
                      held.share();
                    }
                    readers.incrementAndGet();
                    wrong.addAndGet(writers.get());
                    readers.decrementAndGet();
                  }
                }
              },
              task -> new Thread(task, "test").start()));
    }
    for (var thread : threads) {
      thread.get(20, TimeUnit.SECONDS);
    }
    assertThat(wrong).hasValue(0);
    ours.exclusive("target", "the last", soon()).close();
    assertThat(files()).isEmpty();
    assertThat(ours.names() + theirs.names()).isZero();
  }

  @Test
  @DisplayName("a wait that gave up leaves nothing behind")
  void givesUp() {
    var held = ours.exclusive("v", "one", soon());
    assertThatThrownBy(() -> ours.exclusive("v", "two", soon())).isInstanceOf(Busy.class);
    held.close();
    held.close();
    ours.exclusive("v", "three", Deadline.after(Duration.ZERO)).close();
  }

  @Test
  void fileNamesAreSafeAndDistinct() {
    assertThat(FileLocks.fileName("iqn.2026-01.x:y")).isEqualTo("iqn.2026-01.x:y.lock");
    assertThat(FileLocks.fileName("../a/b")).isEqualTo("..%2fa%2fb.lock");
    assertThat(FileLocks.fileName("%2f")).isNotEqualTo(FileLocks.fileName("/"));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofMillis(60));
  }

  private static Deadline later() {
    return Deadline.after(Duration.ofSeconds(20));
  }
}
