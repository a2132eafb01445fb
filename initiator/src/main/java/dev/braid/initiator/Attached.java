package dev.braid.initiator;

import dev.braid.base.Wwid;
import java.nio.file.Path;

/**
 * A LUN that is ready for use.
 *
 * @param map the multipath map's device, {@code /dev/dm-N}; never a path device
 * @param paths how many paths the map has now; more may join
 * @param bytes its size
 */
public record Attached(Wwid wwid, Path map, int paths, long bytes) {}
