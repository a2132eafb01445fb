/**
 * The program on a node: CSI Identity and Node. It stages a volume (attach, make sure of its file
 * system, mount), publishes it to workloads (bind), and takes both back, with the node's own word
 * at the end that the device is gone (rule 7).
 *
 * <p>It keeps no state that it believes. What is staged or published is read from the kernel each
 * time; the one record of a stage serves only for that last word (rule 4), and stays until the word
 * was heard. It formats nothing that is not proven blank, forces no unmount, and removes no folder
 * that has something in it. Without a path it gives nothing up, unless it was ordered to: see
 * {@code Discard}.
 *
 * <p>How the word travels, and what keeps an old one from covering a later stage, is said in {@code
 * Words}; who answers a debt, and when a fenced device is discarded, in {@code Debts}. (A lock held
 * by a stage and by whoever gives a word was considered: it would make an unstage wait for the API
 * server, and would not stop a write that the network delivers late.)
 */
@NullMarked
package dev.braid.node;

import org.jspecify.annotations.NullMarked;
