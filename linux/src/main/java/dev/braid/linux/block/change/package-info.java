/** What changes a block device or the kernel's cache of it. */
@NullMarked
package dev.braid.linux.block.change;

import org.jspecify.annotations.NullMarked;
