/** Writes to sysfs: one address is scanned, one device is deleted. Nothing wider is offered. */
@NullMarked
package dev.braid.linux.sysfs.change;

import org.jspecify.annotations.NullMarked;
