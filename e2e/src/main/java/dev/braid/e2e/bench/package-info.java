/**
 * {@code make bench}: what Braid costs, beside what it is compared with. A measurement is of one
 * run on one machine; its ratios say something, its milliseconds only there. {@code CASE=} runs a
 * part.
 */
@NullMarked
package dev.braid.e2e.bench;

import org.jspecify.annotations.NullMarked;
