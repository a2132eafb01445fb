/**
 * What the kernel knows of the way to a portal, and whether large packets pass it. Reads, and sends
 * an echo request; changes nothing.
 */
@NullMarked
package dev.braid.linux.net;

import org.jspecify.annotations.NullMarked;
