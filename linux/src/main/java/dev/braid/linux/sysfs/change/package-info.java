/**
 * Writes to sysfs: one address is scanned, one device is looked at anew, announced to udev, or
 * deleted. Nothing wider is offered.
 */
@NullMarked
package dev.braid.linux.sysfs.change;

import org.jspecify.annotations.NullMarked;
