/**
 * What makes, changes and removes files. What is said to be done is done for good: it outlives a
 * power cut.
 */
@NullMarked
package dev.braid.linux.file.change;

import org.jspecify.annotations.NullMarked;
