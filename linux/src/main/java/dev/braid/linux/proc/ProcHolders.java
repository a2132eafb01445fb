package dev.braid.linux.proc;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.KernelNames;
import dev.braid.linux.block.Nodes;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the processes' folders. Processes come and go meanwhile: what cannot be read of one is left
 * out.
 */
final class ProcHolders implements Holders {

  private static final Logger log = LoggerFactory.getLogger(ProcHolders.class);

  private final Path proc;
  private final Path sys;

  ProcHolders(Path proc, Path sys) {
    this.proc = proc;
    this.sys = sys;
  }

  /**
   * On a thread of its own, since a look at another process's file can hang, if that file lies on a
   * dead network file system.
   */
  @Override
  public List<String> of(DeviceNumber device, Deadline deadline) {
    var found = new ConcurrentLinkedQueue<String>();
    var search = new FutureTask<Boolean>(() -> search(device, found), true);
    var thread = new Thread(search, "holders of " + device);
    thread.setDaemon(true);
    thread.start();
    try {
      search.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      found.add("perhaps others (the search took too long)");
    } catch (ExecutionException e) {
      // Found by a search that failed, "nobody" would be a lie that somebody deletes a device on.
      log.error("the search for the holders of {} failed", device, e.getCause());
      found.add("perhaps others (the search failed: " + e.getCause() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      found.add("perhaps others (the search was ended)");
    }
    return List.copyOf(new LinkedHashSet<>(found));
  }

  private void search(DeviceNumber device, ConcurrentLinkedQueue<String> found) {
    above(device).forEach(found::add);
    Set<Path> namespaces = new HashSet<>();
    for (Path process : processes()) {
      Path namespace = link(process.resolve("ns/mnt")).orElse(process);
      if (!namespaces.contains(namespace)) {
        Optional<List<String>> mounts = mounts(process, device);
        mounts.ifPresent(found::addAll);
        mounts.ifPresent(seen -> namespaces.add(namespace)); // else by the next process in it
      }
      uses(process, device)
          .map(use -> "process " + process.getFileName() + " (" + command(process) + ")" + use)
          .ifPresent(found::add);
    }
  }

  private List<String> above(DeviceNumber device) {
    return list(sys.resolve("dev/block").resolve(device.toString()).resolve("holders")).stream()
        .map(holder -> "device " + holder.getFileName() + name(holder))
        .toList();
  }

  private static String name(Path holder) {
    try {
      return " (" + Files.readString(holder.resolve("dm/name")).strip() + ")";
    } catch (IOException e) {
      return "";
    }
  }

  /** Empty if they cannot be read: the process has ended. */
  private static Optional<List<String>> mounts(Path process, DeviceNumber device) {
    try {
      var table = MountTable.read(process.resolve("mountinfo"));
      return Optional.of(
          table.of(device).stream()
              .map(MountEntry::target)
              .map(target -> "mount " + target + " (seen by process " + process.getFileName() + ")")
              .toList());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private List<Path> processes() {
    if (!Files.isReadable(proc) || !Files.isDirectory(proc)) {
      throw new KernelRefused("cannot list the processes in " + proc);
    }
    return list(proc).stream()
        .filter(p -> String.valueOf(p.getFileName()).matches("\\d{1,9}"))
        .sorted(Comparator.comparingInt(p -> Integer.parseInt(String.valueOf(p.getFileName()))))
        .toList();
  }

  /** How a process uses the device; nothing where it does not. */
  private static Optional<String> uses(Path process, DeviceNumber device) {
    List<Path> open =
        list(process.resolve("fd")).stream()
            // Sockets, pipes and the like need no closer look.
            .filter(fd -> link(fd).map(target -> target.toString().startsWith("/")).orElse(false))
            .toList();
    if (open.stream().anyMatch(fd -> is(Nodes.block(fd), device))) {
      return Optional.of("");
    }
    var places = new ArrayList<>(open);
    List.of("cwd", "root", "exe").forEach(name -> places.add(process.resolve(name)));
    return places.stream()
        .filter(place -> is(Nodes.fileSystem(place), device))
        .findFirst()
        .map(place -> " with " + link(place).map(Path::toString).orElse("a file"));
  }

  private static boolean is(Optional<DeviceNumber> found, DeviceNumber device) {
    return found.equals(Optional.of(device));
  }

  private static String command(Path process) {
    try {
      return KernelNames.text(KernelNames.read(process.resolve("comm")).strip());
    } catch (IOException e) {
      return "gone meanwhile";
    }
  }

  private static Optional<Path> link(Path path) {
    try {
      return Optional.of(Files.readSymbolicLink(path));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Path> list(Path folder) {
    var found = new ArrayList<Path>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(found::add);
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return found;
    }
    return found;
  }
}
