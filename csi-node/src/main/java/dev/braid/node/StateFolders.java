package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.Steps;
import dev.braid.linux.file.change.HostFiles;
import java.nio.file.Path;
import java.util.List;

/**
 * What of this program is to outlive a restart; the initiator keeps folders of its own beside.
 *
 * @param folder that all of it lies in
 */
record StateFolders(Path folder) {

  static StateFolders of(Settings settings) {
    return new StateFolders(settings.get(NodeSettings.STATE_FOLDER));
  }

  void make(HostFiles files, Steps steps) {
    for (Path one : List.of(staged(), discard(), unheard())) {
      steps.run("make state folder", step -> files.makeFolder(step, one));
    }
  }

  StageRecords records(BootId boot, HostFiles files, Steps steps) {
    return new StageRecords(staged(), boot, files, steps);
  }

  DiscardOrders orders(HostFiles files, Steps steps) {
    return new DiscardOrders(discard(), files, steps);
  }

  UnheardWrites unheardWrites(BootId boot, HostFiles files) {
    return new UnheardWrites(unheard(), boot, files);
  }

  private Path staged() {
    return folder.resolve("staged");
  }

  private Path discard() {
    return folder.resolve("discard");
  }

  private Path unheard() {
    return folder.resolve("unheard");
  }
}
