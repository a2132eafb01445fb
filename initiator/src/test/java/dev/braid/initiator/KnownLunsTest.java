package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownLunsTest {

  private static final Lun LUN =
      new Lun(
          new Iqn("iqn.2026-11.dev.braid.lab:pool-lab"),
          List.of(Portal.parse("10.77.1.11:3260,1"), Portal.parse("[fd00::11]:3260,2")),
          new LunNumber(300),
          new Serial("0123456789abcdef012345678").wwid());

  @TempDir Path folder;

  @Test
  @DisplayName("F20: a LUN is known with all its portals until it is forgotten")
  void known() {
    var luns = new KnownLuns(folder.resolve("luns"));
    var steps = Steps.unobserved();
    assertThat(luns.all()).isEmpty();
    steps.run("note", step -> luns.note(step, LUN));
    assertThat(luns.all()).containsExactly(LUN);
    assertThat(luns.find(LUN.wwid())).contains(LUN);
    steps.run("forget", step -> luns.forget(step, LUN.wwid()));
    assertThat(luns.all()).isEmpty();
    assertThat(luns.has(LUN.wwid())).isFalse();
  }

  @Test
  @DisplayName("rule 4: a note that is damaged, or half written, is none")
  void damaged() throws IOException {
    var luns = new KnownLuns(folder);
    Files.writeString(folder.resolve(LUN.wwid().text()), "target iqn.2026-11.dev.braid:x\n");
    Files.writeString(folder.resolve(LUN.wwid().text() + "~"), KnownLuns.text(LUN));
    assertThat(luns.all()).isEmpty();
    assertThat(luns.has(LUN.wwid())).as("so that a detach removes it").isTrue();
  }
}
