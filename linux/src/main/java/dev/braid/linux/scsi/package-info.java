/**
 * SCSI commands that only ask (TEST UNIT READY, INQUIRY, PERSISTENT RESERVE IN), through a device's
 * SCSI generic node.
 *
 * <p>Nothing here can change a device, so nothing here needs a step. What a command may cost is
 * another matter: a command that times out <em>in the kernel</em> starts error handling, which may
 * end by dropping the whole session. So the kernel's own time limit is long, and it is our wait
 * that is short (see {@link dev.braid.linux.scsi.Sg}).
 */
@NullMarked
package dev.braid.linux.scsi;

import org.jspecify.annotations.NullMarked;
