package dev.braid.agent.book;

import dev.braid.base.LunNumber;
import dev.braid.base.Serial;

/**
 * A volume as the book has it.
 *
 * @param hba the N of its backstore's {@code iblock_N} (rule 2)
 */
public record Volume(
    Serial serial, String name, long bytes, LunNumber lun, int hba, VolumeState state) {

  public boolean is(VolumeState wanted) {
    return state == wanted;
  }
}
