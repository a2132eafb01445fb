package dev.braid.controller;

import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the fields of a request that several calls have. */
final class Requests {

  /** The specification's limit for a string. */
  private static final int MAX_BYTES = 128;

  /** And the one that it makes for a node's id. */
  private static final int MAX_NODE_ID_BYTES = 256;

  private Requests() {}

  static String name(String name) {
    return text("name", name, MAX_BYTES);
  }

  /**
   * Empty where it cannot be a volume of ours: then no such volume exists, and what follows from
   * that is the call's to say.
   */
  static Optional<VolumeId> volumeId(String id) {
    text("volume_id", id, MAX_BYTES);
    try {
      return Optional.of(VolumeId.parse(id));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }

  /** Empty where no node can have it. */
  static Optional<NodeName> nodeId(String id) {
    text("node_id", id, MAX_NODE_ID_BYTES);
    try {
      return Optional.of(new NodeName(id));
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }

  private static String text(String field, String value, int maxBytes) {
    if (value.isEmpty()) {
      throw new InvalidInput(field + " is missing");
    }
    if (value.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      throw new InvalidInput(field, value, "want at most " + maxBytes + " bytes");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidInput(field, value, "want no control characters");
    }
    return value;
  }
}
