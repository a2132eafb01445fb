package dev.braid.linux.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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
  private Locks ours;

  /** Shares nothing with {@link #ours} but the folder: what another process would be. */
  private Locks theirs;

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
  void truthful() throws IOException {
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
    assertThat(Files.readString(folder.resolve("run/locks/target.lock")).replace("\0", ""))
        .isEmpty();
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
  @DisplayName("one at a time, however many threads of however many processes")
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
