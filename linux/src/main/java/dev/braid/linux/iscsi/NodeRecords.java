package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.iscsi.RecordText.Reading;
import dev.braid.linux.sysfs.Attributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** open-iscsi's node records, read from their files, so that a look costs no process. */
public final class NodeRecords {

  private final NodeFolder nodes;

  public NodeRecords(NodeFolder nodes) {
    this.nodes = nodes;
  }

  /**
   * What iscsiadm would read for a login through this portal, by file, whoever wrote it: nothing,
   * one record, or beside it one of the form of old versions.
   *
   * @throws KernelRefused if there is one that cannot be read
   */
  public Map<Path, Reading> at(Iqn target, Portal portal) {
    RecordPlace place = RecordPlace.of(nodes, target, portal);
    var found = new LinkedHashMap<Path, Reading>();
    Stream.concat(place.oldFiles().stream(), Stream.of(place.file()))
        .filter(Files::isRegularFile)
        .forEach(file -> read(file, found));
    return found;
  }

  /** Of which there are records of a target, whoever wrote them. */
  public List<Portal> portals(Iqn target) {
    return Attributes.names(RecordPlace.folderOf(nodes, target)).stream()
        .map(RecordPlace::portal)
        .flatMap(Optional::stream)
        .toList();
  }

  private static void read(Path file, Map<Path, Reading> found) {
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      found.put(file, RecordText.read(text));
    } catch (NoSuchFileException e) {
      // Deleted this moment.
    } catch (IOException e) {
      throw new KernelRefused("cannot read the node record " + file, e);
    }
  }
}
