package dev.braid.linux.iscsi.change;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.step.Step;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.RecordPlace;
import dev.braid.linux.iscsi.RecordText;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Writes and removes node records without iscsiadm: that takes several runs for one, of which one
 * that is killed leaves a record that scans by itself (rule 10), and has settings in its arguments,
 * where a secret would be seen (rule 20).
 *
 * <p>Whether what is there may be touched is the caller's to know. One thread per portal.
 */
public final class RecordFiles {

  /** It may have CHAP secrets in it. */
  private static final String MODE = "rw-------";

  private final NodeFolder nodes;
  private final HostFiles files = new HostFiles();

  public RecordFiles(NodeFolder nodes) {
    this.nodes = nodes;
  }

  /** Puts a record in the place of whatever is there, all of it or nothing. */
  public void write(Step step, Iqn target, Portal portal, RecordText record) {
    RecordPlace place = RecordPlace.of(nodes, target, portal);
    removeOld(step, place);
    files.makeFolder(step, place.folder());
    files.replaceBy(step, place.fresh(), place.file(), record.render(), MODE);
  }

  /** Removes a record and the folders that it leaves empty; nothing where it is gone. */
  public void delete(Step step, Iqn target, Portal portal) {
    RecordPlace place = RecordPlace.of(nodes, target, portal);
    removeOld(step, place);
    files.removeFile(step, place.fresh());
    files.removeFile(step, place.file());
    files.removeFile(step, place.link());
    files.removeFolderIfEmpty(step, place.folder());
    files.removeFolderIfEmpty(step, place.targetFolder());
  }

  private void removeOld(Step step, RecordPlace place) {
    for (Path old : place.oldFiles()) {
      if (Files.isRegularFile(old, LinkOption.NOFOLLOW_LINKS)) {
        files.removeFile(step, old);
      }
    }
  }
}
