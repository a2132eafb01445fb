/**
 * Mounts, from the kernel's own table ({@code mountinfo}) of this or any other process, which has
 * its own mount namespace perhaps. {@code /etc/mtab} is nobody's truth and is not read.
 */
@NullMarked
package dev.braid.linux.mount;

import org.jspecify.annotations.NullMarked;
