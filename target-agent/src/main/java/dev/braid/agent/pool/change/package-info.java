/** Changes to the files of a pool. What returns is on the disk. */
@NullMarked
package dev.braid.agent.pool.change;

import org.jspecify.annotations.NullMarked;
