package dev.braid.linux.proc;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.KernelNames;
import dev.braid.linux.block.Nodes;
import dev.braid.linux.loop.Loop;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.sysfs.Attributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the processes' folders. Processes come and go meanwhile: what cannot be read of one is left
 * out.
 */
final class ProcHolders implements Holders {

  private static final Logger log = LoggerFactory.getLogger(ProcHolders.class);

  private static final Path DEV = Path.of("/dev");

  private final Path proc;
  private final Path sys;
  private final Function<Loop, Set<DeviceNumber>> under;

  /** Searches that were left behind. */
  private final Map<DeviceNumber, Search> hanging = new ConcurrentHashMap<>();

  /**
   * @param under what a loop device stands on
   */
  ProcHolders(Path proc, Path sys, Function<Loop, Set<DeviceNumber>> under) {
    this.proc = proc;
    this.sys = sys;
    this.under = under;
  }

  /**
   * On a thread of its own, since a look at another process's file can hang, if that file lies on a
   * dead network file system. Of searches for one device that hang there is one: as long as it
   * does, what it has found is the answer to whoever asks again.
   */
  @Override
  public List<String> of(DeviceNumber device, Deadline deadline) {
    Search earlier = hanging.get(device);
    if (earlier != null) {
      if (!earlier.ends(deadline)) {
        return earlier.said();
      }
      hanging.remove(device, earlier);
    }
    Search search = start(device);
    if (!search.ends(deadline)) {
      hanging.put(device, search);
    }
    return search.said();
  }

  private Search start(DeviceNumber device) {
    var found = new ConcurrentLinkedQueue<String>();
    var task = new FutureTask<Boolean>(() -> search(device, found), true);
    var thread = new Thread(task, "holders of " + device);
    thread.setDaemon(true);
    thread.start();
    return new Search(device, found, task);
  }

  /**
   * A search that was begun.
   *
   * @param found so far
   */
  private record Search(DeviceNumber device, Queue<String> found, FutureTask<Boolean> task) {

    /** Whether it has come to its end, well or not, before the deadline. */
    boolean ends(Deadline deadline) {
      try {
        task.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        return true;
      } catch (ExecutionException e) {
        return true;
      } catch (TimeoutException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    /** Of one that has not ended, or has failed, "nobody" would be a lie to delete a device on. */
    List<String> said() {
      var said = new LinkedHashSet<>(found);
      if (!task.isDone()) {
        boolean ended = Thread.currentThread().isInterrupted();
        said.add("perhaps others (the search " + (ended ? "was ended)" : "took too long)"));
        return List.copyOf(said);
      }
      try {
        task.get();
      } catch (ExecutionException e) {
        log.error("the search for the holders of {} failed", device, e.getCause());
        said.add("perhaps others (the search failed: " + e.getCause() + ")");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        said.add("perhaps others (the search was ended)");
      }
      return List.copyOf(said);
    }
  }

  /** What may hang comes last: all else is found by then. */
  private void search(DeviceNumber device, ConcurrentLinkedQueue<String> found) {
    Tree tree = tree(device, found);
    Set<Path> namespaces = new HashSet<>();
    for (Path process : processes()) {
      Path namespace = link(process.resolve("ns/mnt")).orElse(process);
      if (!namespaces.contains(namespace)) {
        Optional<List<String>> mounts = mounts(process, tree);
        mounts.ifPresent(found::addAll);
        mounts.ifPresent(seen -> namespaces.add(namespace)); // else by the next process in it
      }
      uses(process, tree)
          .map(use -> "process " + process.getFileName() + " (" + command(process) + ")" + use)
          .ifPresent(found::add);
    }
    found.addAll(swaps(tree));
    found.addAll(loops(tree));
  }

  /**
   * A device with its partitions and all that stands on them: who uses one of these holds it, too.
   *
   * @param names by which the kernel knows them
   */
  private record Tree(DeviceNumber root, Map<DeviceNumber, String> names) {

    boolean has(DeviceNumber number) {
      return names.containsKey(number);
    }

    /** Which of them it is, for a message. */
    String on(DeviceNumber number) {
      return number.equals(root) ? "" : " on " + names.get(number);
    }
  }

  private Tree tree(DeviceNumber device, ConcurrentLinkedQueue<String> found) {
    Path folder = sys.resolve("dev/block").resolve(device.toString());
    var tree = new Tree(device, new HashMap<>());
    tree.names().put(device, name(Attributes.real(folder).orElse(folder)));
    grow(tree, folder, found);
    return tree;
  }

  private static void grow(Tree tree, Path folder, ConcurrentLinkedQueue<String> found) {
    List<Path> above = list(folder.resolve("holders"));
    above.forEach(holder -> found.add("device " + name(holder) + mapName(holder)));
    var next = new ArrayList<>(above);
    list(folder).stream().filter(f -> Files.exists(f.resolve("partition"))).forEach(next::add);
    for (Path one : next) {
      Attributes.text(one.resolve("dev"))
          .filter(DeviceNumber::looksLikeOne)
          .map(DeviceNumber::parse)
          .filter(number -> tree.names().putIfAbsent(number, name(one)) == null)
          .ifPresent(number -> grow(tree, one, found));
    }
  }

  private static String name(Path folder) {
    return String.valueOf(folder.getFileName());
  }

  private static String mapName(Path holder) {
    return Attributes.text(holder.resolve("dm/name")).map(name -> " (" + name + ")").orElse("");
  }

  /** Empty if they cannot be read: the process has ended. */
  private static Optional<List<String>> mounts(Path process, Tree tree) {
    try {
      return Optional.of(
          MountTable.read(process.resolve("mountinfo")).entries().stream()
              .filter(e -> tree.has(e.device()))
              .map(
                  e ->
                      ("mount " + e.target() + tree.on(e.device()))
                          + (" (seen by process " + process.getFileName() + ")"))
              .toList());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Of a device itself, or of a file on it. */
  private List<String> swaps(Tree tree) {
    Optional<byte[]> table = Attributes.bytes(proc.resolve("swaps"));
    if (table.isEmpty()) {
      return List.of(); // a kernel that cannot swap
    }
    var found = new ArrayList<String>();
    for (String line : new String(table.get(), StandardCharsets.ISO_8859_1).lines().toList()) {
      Path file = KernelNames.path(KernelNames.unescape(line.split("[ \t]", 2)[0]));
      boolean node = tree.names().values().stream().anyMatch(n -> file.equals(DEV.resolve(n)));
      if (node || is(Nodes.block(file), tree) || is(Nodes.fileSystem(file), tree)) {
        found.add("swap " + file);
      }
    }
    return found;
  }

  /** They open a device without claiming it, and no process has it open. */
  private List<String> loops(Tree tree) {
    return new Loops(sys.resolve("block"))
        .all().stream()
            .filter(loop -> under.apply(loop).stream().anyMatch(tree::has))
            .map(loop -> "loop device " + loop.device() + " over " + loop.file())
            .toList();
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

  /** How a process uses a device of the tree; nothing where it does not. */
  private static Optional<String> uses(Path process, Tree tree) {
    List<Path> open =
        list(process.resolve("fd")).stream()
            // Sockets, pipes and the like need no closer look.
            .filter(fd -> link(fd).map(target -> target.toString().startsWith("/")).orElse(false))
            .toList();
    Optional<DeviceNumber> node =
        open.stream().map(Nodes::block).flatMap(Optional::stream).filter(tree::has).findFirst();
    if (node.isPresent()) {
      return node.map(tree::on);
    }
    var places = new ArrayList<>(open);
    List.of("cwd", "root", "exe").forEach(name -> places.add(process.resolve(name)));
    return places.stream()
        .filter(place -> is(Nodes.fileSystem(place), tree))
        .findFirst()
        .map(place -> " with " + link(place).map(Path::toString).orElse("a file"));
  }

  private static boolean is(Optional<DeviceNumber> found, Tree tree) {
    return found.filter(tree::has).isPresent();
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
