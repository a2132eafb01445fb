/**
 * Device-mapper, by its ioctls: what maps there are, whether they are open or suspended, what is
 * under them. No dmsetup, no multipath program.
 *
 * <p>A map is found by its UUID, which for a multipath map is {@code mpath-} and the WWID: its name
 * is an administrator's to choose ({@code user_friendly_names}) and proves nothing.
 */
@NullMarked
package dev.braid.linux.dm;

import org.jspecify.annotations.NullMarked;
