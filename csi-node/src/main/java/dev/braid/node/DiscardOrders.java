package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.VolumeId;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.file.change.HostFiles;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orders to discard that stand on this node: one file each, named by the serial, in a folder
 * that root alone can write to. So an order outlives the plugin, is given while it is away, and
 * nobody can give one over a network.
 */
final class DiscardOrders {

  private static final Logger log = LoggerFactory.getLogger(DiscardOrders.class);

  private final Path folder;
  private final HostFiles files;
  private final Steps steps;

  DiscardOrders(Path folder, HostFiles files, Steps steps) {
    this.folder = folder;
    this.files = files;
    this.steps = steps;
  }

  /** The order about a volume if there is one and it is whole. */
  Optional<DiscardOrder> find(VolumeId volume) {
    Path file = file(volume);
    Optional<String> text = read(file);
    Optional<DiscardOrder> order =
        text.flatMap(DiscardOrder::parse).filter(o -> o.volume().equals(volume));
    if (text.isPresent() && order.isEmpty()) {
      log.warn("{} is no whole order about volume {}, and is ignored", file, volume);
    }
    return order;
  }

  void write(DiscardOrder order) {
    Path file = file(order.volume());
    steps.run(
        "write discard order",
        step -> {
          files.makeFolder(step, folder);
          files.replace(step, file, order.text(), "rw-------");
        });
  }

  /**
   * @return whether there was anything of it
   */
  boolean remove(VolumeId volume) {
    String name = volume.serial().digits();
    if (names().stream().noneMatch(n -> n.startsWith(name))) {
      return false;
    }
    Path file = file(volume);
    steps.run("remove discard order", step -> files.removeReplaced(step, file));
    return true;
  }

  /** What was ordered before a boot is void, and its volume may never come here again. */
  void removeAllBut(BootId boot) {
    for (String name : names()) {
      Path file = folder.resolve(name);
      Optional<String> text = read(file);
      if (text.isPresent()
          && text.flatMap(DiscardOrder::parse).filter(o -> o.boot().equals(boot)).isEmpty()) {
        log.warn("{} is no order of this boot, and is removed: {}", file, text.get().strip());
        steps.run("remove discard order", step -> files.removeFile(step, file));
      }
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.of(""); // nothing of ours
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
  }

  private List<String> names() {
    var names = new ArrayList<String>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(file -> names.add(String.valueOf(file.getFileName())));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new KernelRefused("cannot read the orders in " + folder, e);
    }
    return names;
  }

  private Path file(VolumeId volume) {
    return folder.resolve(volume.serial().digits());
  }
}
