/**
 * SCSI and block devices as sysfs shows them. Everything is read anew, into records; a thing that
 * goes away while it is read is simply not there. What is written (a scan, a delete) stands in
 * {@code change}.
 */
@NullMarked
package dev.braid.linux.sysfs;

import org.jspecify.annotations.NullMarked;
