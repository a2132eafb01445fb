/**
 * Settings from environment variables. Each is declared once, with its name, parser, default and
 * unit, beside the program that uses it; all are read and checked before anything starts, and
 * printed.
 */
@NullMarked
package dev.braid.base.settings;

import org.jspecify.annotations.NullMarked;
