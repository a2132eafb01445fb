package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import dev.braid.linux.filesystem.Blkid.Found;
import dev.braid.linux.filesystem.Ext4Superblock;
import dev.braid.node.Content.Verdict;
import dev.braid.node.FormatMark.Bearer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ContentTest {

  private static final Found NOTHING = new Found.Nothing();
  private static final Found EXT4 = new Found.Content("ext4");
  private static final Found XFS = new Found.Content("xfs");
  private static final Found GPT = new Found.Other("a partition table (gpt)");
  private static final Optional<Ext4Superblock> NEVER_MOUNTED =
      Optional.of(new Ext4Superblock(false));
  private static final Optional<Ext4Superblock> MOUNTED = Optional.of(new Ext4Superblock(true));

  @Test
  @DisplayName("rule 3: formatted is only what nobody recognises and what is zeros at both ends")
  void blank() {
    assertThat(verdict(NOTHING, Optional.empty(), Bearer.NOBODY, true))
        .isInstanceOf(Verdict.MayFormat.class);
    assertThat(verdict(NOTHING, Optional.empty(), Bearer.NOBODY, false))
        .isInstanceOf(Verdict.LeaveAlone.class);
    for (Found other : List.of(XFS, GPT)) {
      for (boolean zeros : new boolean[] {true, false}) {
        assertThat(verdict(other, Optional.empty(), Bearer.NOBODY, zeros))
            .isInstanceOf(Verdict.LeaveAlone.class);
      }
    }
  }

  @Test
  void ext4() {
    for (var superblock : List.of(NEVER_MOUNTED, MOUNTED)) {
      assertThat(verdict(EXT4, superblock, Bearer.NOBODY, false))
          .isInstanceOf(Verdict.HasExt4.class);
    }
  }

  @Test
  @DisplayName("F5: an unfinished format of this volume may be begun again, of no other")
  void unfinished() {
    assertThat(verdict(NOTHING, Optional.empty(), Bearer.THIS_VOLUME, false))
        .isInstanceOf(Verdict.MayFormat.class);
    assertThat(verdict(EXT4, NEVER_MOUNTED, Bearer.THIS_VOLUME, false))
        .isInstanceOf(Verdict.MayFormat.class);
    assertThat(verdict(EXT4, NEVER_MOUNTED, Bearer.ANOTHER_VOLUME, false))
        .isInstanceOf(Verdict.LeaveAlone.class);
    assertThat(verdict(XFS, Optional.empty(), Bearer.THIS_VOLUME, false))
        .isInstanceOf(Verdict.LeaveAlone.class);
  }

  @Test
  @DisplayName("rule 3: what looks like the mark in a file system that was mounted is data")
  void markIsData() {
    for (Bearer bearer : Bearer.values()) {
      assertThat(verdict(EXT4, MOUNTED, bearer, false)).isInstanceOf(Verdict.HasExt4.class);
    }
  }

  @Test
  void mark() {
    var mine = new Serial("0123456789abcdef012345678");
    var other = new Serial("0123456789abcdef012345679");
    assertThat(FormatMark.read(FormatMark.of(mine), mine)).isEqualTo(Bearer.THIS_VOLUME);
    assertThat(FormatMark.read(FormatMark.of(other), mine)).isEqualTo(Bearer.ANOTHER_VOLUME);
    assertThat(FormatMark.read(FormatMark.none(), mine)).isEqualTo(Bearer.NOBODY);
  }

  private static Verdict verdict(
      Found found, Optional<Ext4Superblock> superblock, Bearer mark, boolean zeros) {
    return new Content(found, superblock, mark, zeros).verdict();
  }
}
