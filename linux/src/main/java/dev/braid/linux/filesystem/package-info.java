/**
 * File systems on block devices: what is on one, by blkid and by the bytes themselves, and the
 * programs that make and check ext4.
 */
@NullMarked
package dev.braid.linux.filesystem;

import org.jspecify.annotations.NullMarked;
