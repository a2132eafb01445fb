/**
 * {@code make demo}: the main job, on real paths, with a report that a person reads. Its exit code
 * is 0 only if everything the report says was seen.
 */
@NullMarked
package dev.braid.e2e.demo;

import org.jspecify.annotations.NullMarked;
