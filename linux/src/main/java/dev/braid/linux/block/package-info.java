/** Block devices as anybody may ask them: size, block size, read-only, and their bytes. */
@NullMarked
package dev.braid.linux.block;

import org.jspecify.annotations.NullMarked;
