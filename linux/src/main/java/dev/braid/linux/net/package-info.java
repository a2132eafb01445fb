/**
 * What the kernel knows of the way to a portal, whether large packets pass it, and what time it is
 * at its end. Reads, and sends ICMP requests; changes nothing.
 */
@NullMarked
package dev.braid.linux.net;

import org.jspecify.annotations.NullMarked;
