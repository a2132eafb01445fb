/** The host's systemd: units that Braid has it keep. What only asks, and what changes, are apart. */
@NullMarked
package dev.braid.linux.systemd;

import org.jspecify.annotations.NullMarked;
