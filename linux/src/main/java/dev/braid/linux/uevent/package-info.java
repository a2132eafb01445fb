/**
 * Events of the kernel and of udev, by netlink. An event is a hint to look again, never a fact:
 * they come late, twice, not at all when the buffer ran over, and from any privileged sender.
 */
@NullMarked
package dev.braid.linux.uevent;

import org.jspecify.annotations.NullMarked;
