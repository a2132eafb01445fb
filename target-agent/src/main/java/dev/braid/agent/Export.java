package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Volume;
import dev.braid.agent.lio.Backstores;
import dev.braid.agent.lio.Luns;
import dev.braid.agent.pool.FilePool;
import dev.braid.base.Deadline;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A volume's way from its blocks to the portals: device, backstore, LUN. Visible to nobody yet. */
final class Export {

  private static final Logger log = LoggerFactory.getLogger(Export.class);

  private final Book book;
  private final FilePool pool;
  private final Backstores backstores;
  private final Luns luns;

  Export(Book book, FilePool pool, Backstores backstores, Luns luns) {
    this.book = book;
    this.pool = pool;
    this.backstores = backstores;
    this.luns = luns;
  }

  /** Makes it, or what it lacks. */
  void ensure(Volume volume, Deadline deadline) {
    make(volume);
    if (luns.outOfOrder(volume)) {
      if (book.publications(volume.serial()).stream().anyMatch(p -> !p.withdrawing())) {
        log.warn(
            "LUN {} has other relative port ids than Braid gives (rule 2), and is in use: it is"
                + " made anew when nobody has it",
            volume.lun());
        return;
      }
      remake(volume, deadline);
    }
  }

  /**
   * Takes it down to the backstore and makes it again. When this returns, no command that anybody
   * sent before is in flight, not even one of a session that the kernel shows no more. No initiator
   * has the LUN mapped.
   */
  void remake(Volume volume, Deadline deadline) {
    takeDown(volume, deadline);
    make(volume);
  }

  /**
   * Parts it from its backstore and waits for the commands in flight, as long as that takes. The
   * target must not be locked: other volumes need not wait for this one's device.
   */
  void drain(Volume volume, Deadline deadline) {
    luns.drain(volume, deadline);
  }

  /** Takes it down as far as the backstore; the device stays. */
  void takeDown(Volume volume, Deadline deadline) {
    drain(volume, deadline);
    luns.remove(volume);
    backstores.remove(volume);
  }

  private void make(Volume volume) {
    Path device =
        backstores
            .device(volume)
            .filter(inUse -> pool.isDeviceOf(volume, inUse))
            .orElseGet(() -> pool.device(volume));
    backstores.ensure(volume, device);
    luns.ensure(volume);
  }
}
