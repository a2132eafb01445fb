package dev.braid.linux.iscsi;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where this host's open-iscsi keeps its node records, which is built into it: {@code
 * /etc/iscsi/nodes} with Debian and its kin, {@code /var/lib/iscsi/nodes} with others. It is looked
 * for each time, since open-iscsi may be installed while this program runs.
 */
public final class NodeFolder {

  private final List<Path> candidates;

  /**
   * @param candidates the first that exists is it. Where none does, it is the last: that one
   *     iscsiadm makes with its first record, while the others come with their package
   */
  public NodeFolder(List<Path> candidates) {
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("no folder to look in");
    }
    this.candidates = List.copyOf(candidates);
  }

  Path path() {
    return candidates.stream()
        .filter(Files::isDirectory)
        .findFirst()
        .orElse(candidates.get(candidates.size() - 1));
  }
}
