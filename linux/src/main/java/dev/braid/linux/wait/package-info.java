/**
 * Waiting for system calls that may not come back: a thread that the kernel has put to sleep for a
 * dead device heeds no interrupt and no signal.
 *
 * <p>What changes a device is done in threads of this process. (Rejected: a child for each of them.
 * An attach forks nothing, rule 19, and a child in the kernel's hands cannot be ended either. What
 * may hang and is slow in itself, such as an unmount that writes out a file system, does run in
 * one.)
 */
@NullMarked
package dev.braid.linux.wait;

import org.jspecify.annotations.NullMarked;
