/** Mounting, and unmounting without force: a busy mount is a fact to report, not to break. */
@NullMarked
package dev.braid.linux.mount.change;

import org.jspecify.annotations.NullMarked;
