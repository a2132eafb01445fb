/**
 * What a machine holds that Braid could leave behind, before and after.
 *
 * <p>One script looks at everything in one go, because starting programs is what takes time in an
 * emulated machine; it prints the raw state, and what that means is decided here, where it can be
 * tested. Everything is compared, not only what carries Braid's name: a test must also see when
 * something that is not Braid's is gone (rule 16).
 *
 * <p>What is <em>not</em> a difference, and why:
 *
 * <ul>
 *   <li>the LUN cursor and the generation counter in the book: they only ever go forward (rule 8);
 *       debts are a difference;
 *   <li>statistics, session state and the authentication folders in configfs: they change by
 *       themselves, or are secret; {@code cmdsn_depth}, since writing another one is how a session
 *       is ended;
 *   <li>kernel threads, unless they hang; the system's own services; whatever ran the probe;
 *   <li>a process that is gone;
 *   <li>files in the folders for locks: they are there while somebody has or wants a lock; who is
 *       killed, or two who share one and let go in the same moment, leave theirs to the next who
 *       takes that lock, or to a reboot. They say nothing about a volume.
 * </ul>
 *
 * <p>What is seen at the first look counts, with one exception: processes may take a few seconds to
 * end, such as those that udev starts by itself. Who asks with {@code assertNoneSoon} gives the
 * same to multipath's lists, which are pruned after the answer of a call.
 */
@NullMarked
package dev.braid.e2e.probe;

import org.jspecify.annotations.NullMarked;
