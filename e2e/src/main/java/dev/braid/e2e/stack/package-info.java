/**
 * Braid as it runs in the lab: the agent on {@code san1}, a node plugin on each node, the
 * controller beside them, and a CSI client that speaks with them through their real sockets.
 *
 * <p>The demo and the lab tests stand on it. It stands in for Kubernetes, and takes no short cut
 * that Kubernetes could not take.
 */
@NullMarked
package dev.braid.e2e.stack;

import org.jspecify.annotations.NullMarked;
