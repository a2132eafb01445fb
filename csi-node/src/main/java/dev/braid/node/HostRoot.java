package dev.braid.node;

import dev.braid.base.settings.Settings;
import dev.braid.initiator.HostPaths;
import dev.braid.linux.exec.ChrootExec;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.mount.MountTable;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What differs where this program runs in a container.
 *
 * @param mounted where the host's root folder is then; empty on the host itself
 */
record HostRoot(Optional<Path> mounted) {

  static HostRoot of(Settings settings) {
    return new HostRoot(settings.get(NodeSettings.HOST_ROOT));
  }

  /** Runs the host's own programs. */
  Exec exec(Exec exec) {
    return mounted.<Exec>map(root -> new ChrootExec(exec, root)).orElse(exec);
  }

  /** Reads the mounts as the host names them. */
  Supplier<MountTable> mountTable() {
    return mounted
        .<Supplier<MountTable>>map(root -> () -> MountTable.ofSelf().asOnHost(root))
        .orElse(MountTable::ofSelf);
  }

  HostPaths paths(Path state, Path locks) {
    return HostPaths.of(mounted.orElse(Path.of("/")), state, locks);
  }
}
