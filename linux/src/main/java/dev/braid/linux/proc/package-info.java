/** What {@code /proc} tells: which boot this is, and who holds a device. */
@NullMarked
package dev.braid.linux.proc;

import org.jspecify.annotations.NullMarked;
