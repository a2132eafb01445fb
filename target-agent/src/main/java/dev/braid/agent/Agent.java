package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.lio.Acls;
import dev.braid.agent.lio.Authentication;
import dev.braid.agent.lio.Backstores;
import dev.braid.agent.lio.Lanes;
import dev.braid.agent.lio.Luns;
import dev.braid.agent.lio.Patience;
import dev.braid.agent.lio.Sessions;
import dev.braid.agent.lio.Target;
import dev.braid.agent.pool.FilePool;
import dev.braid.agent.pool.change.Images;
import dev.braid.base.Iqn;
import dev.braid.base.PoolName;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.loop.change.LoopChange;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The verbs of one pool's agent, wired.
 *
 * @param restore to be run before any other
 */
record Agent(
    PoolName pool,
    Target target,
    Book book,
    Restore restore,
    CreateVolume createVolume,
    DeleteVolume deleteVolume,
    Publish publish,
    Unpublish unpublish,
    Attest attest,
    ChapWatch chapWatch) {

  /** The kernel, or what stands for it in a test. */
  record Kernel(
      Configfs configfs, ConfigfsChange configfsChange, Loops loops, LoopChange loopChange) {}

  static Agent over(
      PoolName pool,
      Path folder,
      Iqn name,
      List<Portal> portals,
      Optional<ChapFolder> chap,
      Book book,
      Kernel kernel,
      Steps steps,
      InstantSource clock,
      RandomGenerator random) {
    var lock = new TargetLock();
    var inFlight = new InFlight();
    var lanes = new Lanes();
    var patience = new Patience();
    var attestations = new Attestations(book);

    var configfs = kernel.configfs();
    var change = kernel.configfsChange();
    var authentication = new Authentication(chap, configfs, change, steps);
    var target = new Target(name, portals, authentication.wanted(), configfs, change, steps);
    var backstores = new Backstores(configfs, change, steps);
    var luns = new Luns(target, backstores, configfs, change, steps, lanes);
    var acls = new Acls(target, authentication, configfs, change, steps);
    var sessions = new Sessions(target, acls, configfs, change, steps, lanes, patience);
    var files =
        new FilePool(
            folder, kernel.loops(), kernel.loopChange(), new Images(folder), steps, patience);

    var export = new Export(book, files, backstores, luns);
    var removal = new Removal(book, export, files, lock, steps);
    var fence = new Fence(export, acls, sessions, inFlight, lock);
    var withdrawal = new Withdrawal(book, export, acls, sessions, fence, lock, steps, clock);

    return new Agent(
        pool,
        target,
        book,
        new Restore(book, target, export, removal, authentication, acls, withdrawal, steps),
        new CreateVolume(book, files, backstores, export, removal, inFlight, lock, steps, random),
        new DeleteVolume(book, removal, inFlight, lock, steps),
        new Publish(book, export, authentication, acls, withdrawal, inFlight, lock, steps),
        new Unpublish(book, attestations, withdrawal, acls, inFlight, lock, steps),
        new Attest(book, attestations, steps),
        new ChapWatch(book, target, acls, lock));
  }
}
