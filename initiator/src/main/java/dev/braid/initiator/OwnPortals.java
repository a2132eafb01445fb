package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.sysfs.Attributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The portals that Braid logged in to on this host, a file each, written before the login. A
 * session without a device, or a record without a session, tells nobody whose it is; only what
 * stands here may be ended or deleted by us (rule 16).
 *
 * <p>A hint, as rule 4 has it: where it is lost, our node record tells, while it is there ({@link
 * OwnRecords#noteLost}); where both are, a session is left over, and nothing is harmed.
 */
final class OwnPortals {

  private static final String LOGIN = "login\n";

  /**
   * So long after its client was killed iscsid may still come to a login: it has its timeout for
   * it, and may have been stopped, or slow.
   */
  private static final Duration LATE = Duration.ofMinutes(2);

  private final Path folder;
  private final HostFiles files = new HostFiles();

  OwnPortals(Path folder) {
    this.folder = folder;
  }

  List<Iqn> targets() {
    return Attributes.names(folder).stream()
        .map(OwnPortals::iqn)
        .flatMap(Optional::stream)
        .toList();
  }

  List<Portal> of(Iqn target) {
    return Attributes.names(folder.resolve(target.name())).stream()
        .map(OwnPortals::portal)
        .flatMap(Optional::stream)
        .toList();
  }

  boolean has(Iqn target, Portal portal) {
    return Files.exists(file(target, portal));
  }

  void add(Step step, Iqn target, Portal portal) {
    files.makeFolder(step, folder.resolve(target.name()));
    files.makeFile(step, file(target, portal));
  }

  void remove(Step step, Iqn target, Portal portal) {
    files.removeFile(step, file(target, portal));
    if (Attributes.names(folder.resolve(target.name())).isEmpty()) {
      files.removeEmptyFolder(step, folder.resolve(target.name()));
    }
  }

  /** Notes that iscsid is told to log in: it may do so when nobody waits for it any more. */
  void beginLogin(Step step, Iqn target, Portal portal) {
    files.mark(step, file(target, portal), LOGIN);
  }

  /** Notes that what came of the login is known. */
  void endLogin(Step step, Iqn target, Portal portal) {
    files.mark(step, file(target, portal), "");
  }

  /** Whether a login that a killed call began may still come about. */
  boolean loginMayCome(Iqn target, Portal portal, Instant now) {
    try {
      Path file = file(target, portal);
      return Files.size(file) > 0
          && Files.getLastModifiedTime(file).toInstant().plus(LATE).isAfter(now);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new KernelRefused("cannot look at what was noted of " + target + " at " + portal, e);
    }
  }

  private Path file(Iqn target, Portal portal) {
    return folder.resolve(target.name()).resolve(portal.toString());
  }

  private static Optional<Iqn> iqn(String name) {
    try {
      return Optional.of(new Iqn(name));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }

  private static Optional<Portal> portal(String name) {
    try {
      return Optional.of(Portal.parse(name));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }
}
