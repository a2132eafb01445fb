/**
 * The program on a node: CSI Identity and Node. It stages a volume (attach, make sure of its file
 * system, mount), publishes it to workloads (bind), and takes both back, with the node's own word
 * at the end that the device is gone (rule 7).
 *
 * <p>It keeps no state that it believes. What is staged or published is read from the kernel each
 * time; the one record of a stage serves only for that last word (rule 4). It formats nothing that
 * is not proven blank, forces no unmount, and removes no folder that has something in it.
 */
@NullMarked
package dev.braid.node;

import org.jspecify.annotations.NullMarked;
