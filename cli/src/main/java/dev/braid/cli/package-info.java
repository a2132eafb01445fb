/**
 * The {@code braid} command. One class for each of its commands; picocli makes its help of them.
 */
@NullMarked
package dev.braid.cli;

import org.jspecify.annotations.NullMarked;
