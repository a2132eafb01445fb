package dev.braid.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadingTest {

  @TempDir Path folder;
  private final AtomicInteger readings = new AtomicInteger();

  private Reloading<String> reloading(Path file) {
    return new Reloading<>(
        List.of(file),
        () -> {
          readings.incrementAndGet();
          String text = Files.readString(file);
          if (text.startsWith("wrong")) {
            throw new InvalidInput(text);
          }
          return text;
        });
  }

  @Test
  @DisplayName("a file is read anew when it is another, and not otherwise")
  void changed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "one");
    var reloading = reloading(file);
    assertThat(reloading.now()).isEqualTo("one");
    assertThat(reloading.now()).isEqualTo("one");
    assertThat(readings).hasValue(1);
    Files.writeString(file, "three");
    assertThat(reloading.now()).isEqualTo("three");
    assertThat(readings).hasValue(2);
  }

  @Test
  @DisplayName("while a file is wrong or missing the last good reading stays in force")
  void wrong() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "good");
    var reloading = reloading(file);
    Files.writeString(file, "wrong");
    assertThat(reloading.now()).isEqualTo("good");
    Files.delete(file);
    assertThat(reloading.now()).isEqualTo("good");
    Files.writeString(file, "better");
    assertThat(reloading.now()).isEqualTo("better");
  }

  @Test
  @DisplayName("a file that is wrong or missing at the start is an error that names it")
  void atStart() throws IOException {
    assertThatThrownBy(() -> reloading(folder.resolve("nothing")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("nothing");
    Path file = Files.writeString(folder.resolve("file"), "wrong in line 3");
    assertThatThrownBy(() -> reloading(file)).hasMessageContaining("wrong in line 3");
  }
}
