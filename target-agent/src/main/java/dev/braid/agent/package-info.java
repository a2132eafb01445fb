/**
 * The agent of one head: it makes volumes, exports them through LIO, gives them to nodes and takes
 * them back, and keeps the pool's book. One class for each verb.
 *
 * <p>The book is written before the kernel is changed and after it, so that at any moment the book
 * says at least as much as there is; {@link dev.braid.agent.Restore} makes the rest of it true. The
 * agent may stop at any moment: the kernel goes on serving.
 */
@NullMarked
package dev.braid.agent;

import org.jspecify.annotations.NullMarked;
