package dev.braid.linux.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.proc.Priority;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HostExecTest {

  @Test
  @DisplayName("rule 9: of a program that was killed it is said when it has ended")
  void killed() {
    assertThatThrownBy(
            () ->
                new HostExec()
                    .run(
                        List.of("sh", "-c", "sleep 60; true"),
                        Deadline.after(Duration.ofMillis(300))))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageEndingWith("; it was killed");
  }

  @Test
  @DisplayName("rule 9: of one that the kernel does not let end it is said that it still runs")
  void goesOn() throws IOException {
    // None that waits for a dead device is to be had here; to the caller it is one that lives on.
    Process livesOn = new ProcessBuilder("sleep", "60").start();
    try {
      assertThat(HostExec.fate(List.of(livesOn.toHandle())))
          .contains("still runs as process [" + livesOn.pid() + "]");
    } finally {
      livesOn.destroyForcibly();
    }
  }

  @Test
  @DisplayName("a program has the usual priority also where the thread that starts it is ahead")
  void priority() throws Exception {
    var said = new CompletableFuture<List<String>>();
    new Thread(
            () -> {
              Priority.putAhead();
              int own = Posix.nice();
              String program =
                  new HostExec()
                      .run(List.of("nice"), Deadline.after(Duration.ofSeconds(10)))
                      .stdout()
                      .strip();
              said.complete(List.of(program, Posix.nice() == own ? "as before" : "changed"));
            })
        .start();
    assertThat(said.get(30, TimeUnit.SECONDS)).containsExactly("0", "as before");
  }
}
