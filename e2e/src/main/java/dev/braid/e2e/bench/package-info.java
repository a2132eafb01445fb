/**
 * {@code make bench}: what Braid costs, beside what it is compared with. A measurement is of one
 * run on one machine; its ratios say something, its milliseconds only there. {@code CASE=} runs a
 * part.
 *
 * <p>Attach and detach are measured on the node, by {@code subjects.py} there: a call through ssh
 * would take as long as what is measured. It makes Braid's calls over the plugin's socket, so what
 * gRPC takes is in Braid's times, and in nobody else's.
 */
@NullMarked
package dev.braid.e2e.bench;

import org.jspecify.annotations.NullMarked;
