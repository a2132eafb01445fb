/**
 * The CSI controller: what Kubernetes asks becomes what a head is asked.
 *
 * <p>It keeps no state. Which volumes exist and who has them stands in the pools' books on the
 * heads; which heads there are, in the {@link dev.braid.controller.Topology}; nodes' names and
 * words in their Initiators. So it may be killed at any moment, and two of them do no harm: a head
 * serialises them. (A cache of volumes was considered: it would only save a call that the head
 * answers in milliseconds, and could be wrong.)
 */
@NullMarked
package dev.braid.controller;

import org.jspecify.annotations.NullMarked;
