/**
 * Changes to configfs. Making what is there and removing what is gone are successes, so that a
 * change can be repeated. No process is started.
 */
@NullMarked
package dev.braid.linux.configfs.change;

import org.jspecify.annotations.NullMarked;
