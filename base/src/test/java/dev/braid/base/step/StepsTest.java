package dev.braid.base.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepsTest {

  @TempDir Path folder;

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  @DisplayName("Rule 15: every step is seen before and after, also one that fails")
  void observed() {
    var seen = new ArrayList<String>();
    var steps =
        new Steps(
            List.of(
                new StepObserver() {
                  @Override
                  public void before(String name) {
                    seen.add("before " + name);
                  }

                  @Override
                  public void after(String name, long nanos, boolean done) {
                    seen.add((done ? "done " : "failed ") + name);
                  }
                }));
    assertThat(steps.<Integer, RuntimeException>call("one", step -> 7)).isEqualTo(7);
    assertThatThrownBy(
            () ->
                steps.<IOException>run(
                    "two",
                    step -> {
                      throw new IOException("no");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(seen).containsExactly("before one", "done one", "before two", "failed two");
  }

  @Test
  @DisplayName("Rule 15: a test can end the process at each point, once, and count the points")
  void killPoints() throws IOException {
    Files.writeString(folder.resolve("kill"), "after 1\n");
    var steps =
        new Steps(
            List.of(
                new KillPoint(
                    folder,
                    () -> {
                      throw new Killed();
                    })));
    var changes = new ArrayList<String>();
    assertThatThrownBy(() -> steps.<RuntimeException>run("write", s -> changes.add(s.name())))
        .isInstanceOf(Killed.class);
    assertThat(changes).as("killed after the change, not before it").containsExactly("write");
    steps.<RuntimeException>run("unlink", s -> changes.add(s.name()));
    assertThat(changes).as("lives on: a kill is for once").containsExactly("write", "unlink");
    assertThat(folder.resolve("recorded"))
        .hasContent("before 1 write\nafter 1 write\nbefore 2 unlink\nafter 2 unlink");
  }
}
