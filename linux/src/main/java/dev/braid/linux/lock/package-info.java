/**
 * Locks on files in a folder of the machine, which hold across threads and processes (rule 12).
 *
 * <p>They are the kernel's open file description locks. Each hold opens the file anew, so two
 * threads exclude each other as two processes do; the kernel drops a hold when its process ends,
 * however it ends, so none is ever left over and none is ever stolen. (Rejected: POSIX record
 * locks, which belong to the process and vanish when any descriptor of the file is closed; flock,
 * whose change from exclusive to shared is not atomic, and rule 12 needs that without a gap.)
 *
 * <p>Taking a lock is not a step: what it changes is gone with the process. Nor is anything kept of
 * a lock that nobody has, as names are without end: a volume's comes and goes with it. The file,
 * with a line on who has the lock, is removed by the last who lets go, and by nobody but one who
 * has the lock alone; and whoever gets a lock looks whether its file is still the one of that name,
 * and begins anew where it was removed while he waited. So all who hold a lock hold it on the one
 * file that its name leads to, and that file goes only while nobody else holds it. What a killed
 * process leaves, or two that share a lock and let go of it in the same moment, neither of them
 * alone, goes with the next use of the name, or with the next boot. (Rejected: a sweep of the
 * folder at the start, which needs the same care with each file, and knowledge of what every name
 * is for.)
 *
 * <p>This holds among programs that all look so. One that did not, of a build before the first
 * release, may not run beside one that does.
 */
@NullMarked
package dev.braid.linux.lock;

import org.jspecify.annotations.NullMarked;
