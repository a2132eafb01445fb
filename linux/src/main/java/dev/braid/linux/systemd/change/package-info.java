/** Changes to the host's systemd. */
@NullMarked
package dev.braid.linux.systemd.change;

import org.jspecify.annotations.NullMarked;
