/** What makes multipathd do something, and what is written to its lists of WWIDs and names. */
@NullMarked
package dev.braid.linux.multipath.change;

import org.jspecify.annotations.NullMarked;
