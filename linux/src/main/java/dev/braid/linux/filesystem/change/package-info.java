/** What writes a file system's own structures. */
@NullMarked
package dev.braid.linux.filesystem.change;

import org.jspecify.annotations.NullMarked;
