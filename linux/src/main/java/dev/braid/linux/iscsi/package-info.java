/**
 * iSCSI as open-iscsi and the kernel show it: sessions from sysfs, node records from their folder.
 * Both may be somebody else's; nothing here assumes they are ours. How a login goes is asked in the
 * protocol itself ({@code LoginProbe}), up to where a session would begin. {@code change} holds the
 * one class that logs in and out, by iscsiadm, and the one that writes records.
 */
@NullMarked
package dev.braid.linux.iscsi;

import org.jspecify.annotations.NullMarked;
