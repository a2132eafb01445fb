/**
 * multipathd, spoken with by its socket, and its two lists of what it has seen. An answer of "ok"
 * is never proof: device-mapper is (rule 9).
 */
@NullMarked
package dev.braid.linux.multipath;

import org.jspecify.annotations.NullMarked;
