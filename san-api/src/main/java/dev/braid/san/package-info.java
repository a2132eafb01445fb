/**
 * The custom resources as Java types, from which their definitions are generated, and the one way
 * to them.
 *
 * <p>{@link dev.braid.san.Initiator} is the channel of rules 7 and 8 between a node and the
 * controller: the node leaves its word there that a device is gone, the controller says there what
 * the node still owes. It is a mirror and a letter box, never the truth: that stands in the pools'
 * books and in the node's kernel. So an Initiator may be deleted at any time: the node makes it
 * anew, the controller fills in the debts again, and a word that was lost means no more than a
 * fence.
 *
 * <p>Nobody outside this package knows the client: {@link dev.braid.san.InitiatorApi} says what can
 * be asked, in values. (Server-side apply was considered: it would let the node and the controller
 * write their lists past each other. But a word that was taken back must not return by a late
 * write, and only the resource's version can refuse that one.)
 */
@NullMarked
package dev.braid.san;

import org.jspecify.annotations.NullMarked;
