/**
 * Locks on files in a folder of the machine, which hold across threads and processes (rule 12).
 *
 * <p>They are the kernel's open file description locks. Each hold opens the file anew, so two
 * threads exclude each other as two processes do; the kernel drops a hold when its process ends,
 * however it ends, so none is ever left over and none is ever stolen. (Rejected: POSIX record
 * locks, which belong to the process and vanish when any descriptor of the file is closed; flock,
 * whose change from exclusive to shared is not atomic, and rule 12 needs that without a gap.)
 *
 * <p>Taking a lock is not a step: what it changes is gone with the process. Lock files stay, empty
 * but for a line on who has them, which a killed process leaves: removing one while another waits
 * for it would make two locks of one name.
 */
@NullMarked
package dev.braid.linux.lock;

import org.jspecify.annotations.NullMarked;
