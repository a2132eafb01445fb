package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.error.Refused;
import java.util.Optional;

/** What this host proves itself with to each target, and what it wants to be proven. */
final class ChapSecrets {

  private final Optional<ChapFolder> folder;

  /**
   * @param folder empty: no target is told more than this host's name
   */
  ChapSecrets(Optional<ChapFolder> folder) {
    this.folder = folder;
  }

  boolean wanted() {
    return folder.isPresent();
  }

  /**
   * As they are now; empty without CHAP.
   *
   * @throws Refused if there are none that can be used for this target where they are wanted
   */
  Optional<ChapCredentials> of(Iqn target) {
    return folder.map(f -> f.ofOrDefault(target));
  }
}
