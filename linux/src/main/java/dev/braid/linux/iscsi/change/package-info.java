/** Logging in and out, by iscsiadm, and node records, as files; portal by portal. */
@NullMarked
package dev.braid.linux.iscsi.change;

import org.jspecify.annotations.NullMarked;
