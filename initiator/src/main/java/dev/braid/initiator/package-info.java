/**
 * Attach and detach: what makes a mapped LUN a usable device on an initiator, and the exact
 * reverse.
 *
 * <p>Nodes use it now; heads that mirror to each other will. It knows no CSI. State is read from
 * the kernel where it is needed; what is written down between calls are hints (rule 4).
 */
@NullMarked
package dev.braid.initiator;

import org.jspecify.annotations.NullMarked;
