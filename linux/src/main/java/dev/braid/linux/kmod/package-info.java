/** What the kernel has loaded of its modules. */
@NullMarked
package dev.braid.linux.kmod;

import org.jspecify.annotations.NullMarked;
