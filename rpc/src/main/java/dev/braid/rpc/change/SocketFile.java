package dev.braid.rpc.change;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket. The server binds it under another name in the same folder; it gets its
 * own, in one rename, when only its owner may use it. So nobody meets it with other permissions,
 * and a file that a killed server left is replaced without a moment in which there is none.
 *
 * <p>The other name begins with a dot: kubelet, which watches a folder for the sockets of plugins,
 * passes such a one by. It would otherwise register the plugin under a name that is gone at once.
 */
public final class SocketFile {

  private final Path path;
  private final Path fresh;
  private @Nullable Object identity;

  public SocketFile(Path path) {
    this.path = path;
    this.fresh = path.resolveSibling("." + path.getFileName() + "~");
  }

  /**
   * Makes room for a new socket.
   *
   * @return where to bind it
   * @throws Refused if somebody listens there, or the path is something else than a socket
   */
  public UnixDomainSocketAddress prepare(Step step) {
    try {
      Path folder = path.getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      for (Path candidate : new Path[] {path, fresh}) {
        if (Files.exists(candidate, LinkOption.NOFOLLOW_LINKS) && !isSocket(candidate)) {
          throw new Refused(candidate + " is there already and is not a socket: remove it");
        }
      }
      if (answers(path)) {
        throw new Refused("another process serves on " + path + ": stop it, or use another path");
      }
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      throw new KernelRefused("cannot prepare the socket " + path + ": " + e, e);
    }
    return UnixDomainSocketAddress.of(fresh);
  }

  /** Gives the bound socket its permissions, then its name. */
  public void publish(Step step) {
    try {
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      identity = identity();
    } catch (IOException e) {
      throw new KernelRefused("cannot put the socket at " + path + ": " + e, e);
    }
  }

  /** Removes it if it is still ours: in an upgrade the next server may have put its own there. */
  public void remove(Step step) {
    try {
      if (identity != null && identity.equals(identity())) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new KernelRefused("cannot remove the socket " + path + ": " + e, e);
    }
  }

  private @Nullable Object identity() throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static boolean isSocket(Path file) throws IOException {
    int mode = (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return (mode & 0170000) == 0140000;
  }

  private static boolean answers(Path file) {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(file));
    } catch (IOException nobody) {
      return false;
    }
  }
}
