/** What changes a map: resume, remove, and the messages that switch its queueing. */
@NullMarked
package dev.braid.linux.dm.change;

import org.jspecify.annotations.NullMarked;
