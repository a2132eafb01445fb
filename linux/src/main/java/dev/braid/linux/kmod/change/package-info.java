/** Loading of the kernel's modules. */
@NullMarked
package dev.braid.linux.kmod.change;

import org.jspecify.annotations.NullMarked;
