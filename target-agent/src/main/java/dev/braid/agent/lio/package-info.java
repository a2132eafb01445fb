/**
 * The kernel's target, LIO, through configfs: backstores, the target with one portal group for each
 * portal, LUNs, ACLs with their mapped LUNs, and sessions.
 *
 * <p>Everything here looks first and changes only what is not as it should be, one change a step.
 * So it may be repeated, and ended at any point.
 *
 * <p>Facts about LIO that the code leans on (seen on Linux 6.1):
 *
 * <ul>
 *   <li>Linking a backstore to a LUN takes the backstore's next relative port id, and one that was
 *       given out does not come back: only links made in the order of the tags, on a backstore that
 *       was never linked before, give 1 to the first portal group and 2 to the second (rule 2).
 *   <li>Unlinking a LUN from its backstore returns when the last command on it is done. Removing a
 *       mapped LUN does not wait.
 *   <li>An ACL shows one session, the newest. One that is on its way out, its commands still in
 *       flight, may be hidden behind it; only the target's count of sessions tells.
 *   <li>Writing another {@code cmdsn_depth} to an ACL ends its session and waits for its commands.
 *       Meanwhile the portal group's own attributes, and other such writes, wait too.
 *   <li>Removing an ACL ends its sessions and waits for them, and while it waits nobody can make or
 *       remove another ACL of that portal group.
 * </ul>
 */
@NullMarked
package dev.braid.agent.lio;

import org.jspecify.annotations.NullMarked;
