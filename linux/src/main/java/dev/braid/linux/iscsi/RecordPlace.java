package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.InvalidInput;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where open-iscsi looks for the record of one portal of one target. */
public final class RecordPlace {

  /** The interface that is bound to no device: the kernel chooses the way. */
  private static final String IFACE = "default";

  private static final Pattern FOLDER = Pattern.compile("(.+),(\\d{1,5}),(\\d{1,5})");

  private final Path nodes;
  private final Iqn target;
  private final Portal portal;

  private RecordPlace(Path nodes, Iqn target, Portal portal) {
    this.nodes = nodes;
    this.target = target;
    this.portal = portal;
  }

  public static RecordPlace of(NodeFolder nodes, Iqn target, Portal portal) {
    return new RecordPlace(nodes.path(), target, portal);
  }

  static Path folderOf(NodeFolder nodes, Iqn target) {
    return nodes.path().resolve(target.name());
  }

  /** The portal whose folder has this name. */
  static Optional<Portal> portal(String folder) {
    Matcher m = FOLDER.matcher(folder);
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      int port = Integer.parseInt(m.group(2));
      return Optional.of(new Portal(m.group(1), port, Integer.parseInt(m.group(3))));
    } catch (InvalidInput e) {
      return Optional.empty(); // somebody else's, as by a host's name
    }
  }

  /** Of all records of the target. */
  public Path targetFolder() {
    return nodes.resolve(target.name());
  }

  /** Of the portal's records, one per interface. */
  public Path folder() {
    return targetFolder().resolve(portal.host() + "," + portal.port() + "," + portal.tag());
  }

  public Path file() {
    return folder().resolve(IFACE);
  }

  /** What older versions wrote is one file, without a folder; iscsiadm reads it first. */
  public List<Path> oldFiles() {
    return List.of(targetFolder().resolve(portal.host() + "," + portal.port()), folder());
  }

  /**
   * For a record that is being written. iscsiadm takes every name in the portal's folder for a
   * record, and in the target's folder every one with a comma for a portal.
   */
  public Path fresh() {
    return targetFolder().resolve("." + portal.endpoint() + "-" + portal.tag() + "~");
  }

  /** By which iscsiadm finds again what it was told by hand; it makes one with each record. */
  public Path link() {
    String name = target + "," + folder().getFileName() + "," + IFACE;
    return nodes.resolveSibling("static").resolve(name);
  }
}
