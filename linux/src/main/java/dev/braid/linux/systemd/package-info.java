/** The host's systemd. What only asks, and what changes something, are apart. */
@NullMarked
package dev.braid.linux.systemd;

import org.jspecify.annotations.NullMarked;
