/** Logging in and out, and node records: all through iscsiadm, portal by portal. */
@NullMarked
package dev.braid.linux.iscsi.change;

import org.jspecify.annotations.NullMarked;
