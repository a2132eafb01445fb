package dev.braid.linux.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopsTest {

  @TempDir Path sysBlock;

  @Test
  @DisplayName("Finds the loop devices over a file, and no other")
  void over() throws IOException {
    Files.createDirectories(sysBlock.resolve("loop1")); // not in use
    Files.createDirectories(sysBlock.resolve("vda"));
    loop(10, "/srv/braid/a.img", "1", "0");
    loop(9, "/srv/braid/a.img", "0", "512");
    loop(2, "/srv/braid/a.img (deleted)", "1", "0");
    var loops = new Loops(sysBlock);
    assertThat(loops.over(Path.of("/srv/braid/a.img")))
        .containsExactly(
            new Loop(9, Path.of("/srv/braid/a.img"), false, false, false),
            new Loop(10, Path.of("/srv/braid/a.img"), true, false, true));
    assertThat(loops.over(Path.of("/srv/braid/b.img"))).isEmpty();
    assertThat(loops.all()).hasSize(3);
    assertThat(loops.find(1)).isEmpty();
    assertThat(loops.find(10)).map(Loop::device).contains(Path.of("/dev/loop10"));
  }

  @Test
  @DisplayName("rule 16: somebody's loop device over a file with a name that is no text hides none")
  void anyName() throws IOException {
    loop(3, "/srv/braid/a.img", "1", "0");
    loop(4, "/media/a\\040b", "1", "0"); // not escaped here: such is its name
    loop(5, "", "1", "0");
    Files.write(
        sysBlock.resolve("loop5/loop/backing_file"),
        new byte[] {'/', 'g', 'r', (byte) 0xf6, (byte) 0xdf, 'e', '\n'});
    assertThat(new Loops(sysBlock).all())
        .extracting(l -> l.file().toString())
        .containsExactly("/srv/braid/a.img", "/media/a\\040b", "/gr\\xf6\\xdfe");
  }

  private void loop(int number, String file, String dio, String offset) throws IOException {
    Path folder = Files.createDirectories(sysBlock.resolve("loop" + number + "/loop"));
    Files.writeString(folder.resolve("backing_file"), file + "\n");
    Files.writeString(folder.resolve("dio"), dio + "\n");
    Files.writeString(folder.resolve("offset"), offset + "\n");
    Files.writeString(folder.resolve("sizelimit"), "0\n");
    Files.writeString(folder.resolveSibling("ro"), "0\n");
  }
}
