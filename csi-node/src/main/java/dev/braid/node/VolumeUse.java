package dev.braid.node;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.Unsupported;
import dev.braid.linux.mount.change.Mounts.Flag;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** How a volume is to be used on the node. */
sealed interface VolumeUse {

  /** As the device itself. */
  record Block() implements VolumeUse {
    @Override
    public String text() {
      return "block";
    }
  }

  /**
   * With an ext4 on it.
   *
   * @param flags of the mount
   * @param data options that ext4 reads itself
   */
  record Ext4(Set<Flag> flags, List<String> data) implements VolumeUse {
    public Ext4 {
      flags = Set.copyOf(flags);
      data = List.copyOf(data);
    }

    /** The options themselves may hold secrets, says CSI; so only what tells two sets apart. */
    @Override
    public String text() {
      var all = new ArrayList<>(data);
      flags.forEach(flag -> all.add(flag.name()));
      all.sort(String::compareTo);
      return all.isEmpty() ? "ext4" : "ext4-" + digest(String.join(",", all));
    }

    boolean readOnly() {
      return flags.contains(Flag.READ_ONLY);
    }
  }

  /** In one word, equal for equal uses. */
  String text();

  /**
   * @throws InvalidInput where something is missing
   * @throws Unsupported where Braid does not do it
   */
  static VolumeUse of(boolean given, VolumeCapability capability) {
    if (!given) {
      throw new InvalidInput("volume_capability is missing");
    }
    checkMode(capability.getAccessMode().getMode());
    return switch (capability.getAccessTypeCase()) {
      case BLOCK -> new Block();
      case MOUNT -> ext4(capability.getMount());
      case ACCESSTYPE_NOT_SET ->
          throw new InvalidInput("volume_capability has no access type: want block or mount");
    };
  }

  private static void checkMode(Mode mode) {
    switch (mode) {
      case SINGLE_NODE_WRITER -> {}
      case UNKNOWN, UNRECOGNIZED ->
          throw new InvalidInput("volume_capability has no access mode: want SINGLE_NODE_WRITER");
      default ->
          throw new Unsupported(
              "access mode " + mode + " is not supported: a volume is written by one node");
    }
  }

  private static Ext4 ext4(VolumeCapability.MountVolume mount) {
    if (!mount.getFsType().isEmpty() && !mount.getFsType().equals("ext4")) {
      throw new Unsupported(
          "file system '" + mount.getFsType() + "' is not supported: want ext4, or none named");
    }
    if (!mount.getVolumeMountGroup().isEmpty()) {
      throw new Unsupported("volume_mount_group is not supported: let the orchestrator set groups");
    }
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    List<String> data = new ArrayList<>();
    for (String option : mount.getMountFlagsList()) {
      for (String word : option.split(",", -1)) {
        option(word.strip(), flags, data);
      }
    }
    return new Ext4(flags, data);
  }

  private static void option(String word, Set<Flag> flags, List<String> data) {
    switch (word) {
      case "", "defaults", "rw", "suid", "dev", "exec", "async" -> {} // as it is anyway
      case "ro" -> flags.add(Flag.READ_ONLY);
      case "nosuid" -> flags.add(Flag.NOSUID);
      case "nodev" -> flags.add(Flag.NODEV);
      case "noexec" -> flags.add(Flag.NOEXEC);
      case "noatime" -> flags.add(Flag.NOATIME);
      case "nodiratime" -> flags.add(Flag.NODIRATIME);
      case "relatime" -> flags.add(Flag.RELATIME);
      case "strictatime" -> flags.add(Flag.STRICTATIME);
      case "sync" -> flags.add(Flag.SYNC);
      case "dirsync" -> flags.add(Flag.DIRSYNC);
      default -> data.add(word);
    }
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
