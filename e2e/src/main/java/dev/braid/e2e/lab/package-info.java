/**
 * A SAN of virtual machines: a head, two nodes, two SAN networks and one for management, made from
 * Debian's own kernel, LIO, open-iscsi and multipath-tools.
 *
 * <p>A lab is a folder (disks, sockets, logs of each machine) and a network namespace of its own,
 * in which QEMU itself runs: bridges and taps lie inside it, so no packet of a machine can get out,
 * whatever it sends. Everything about a running lab is in that folder, so a test can use a lab that
 * {@code make lab} left running, and {@code make lab-down} ends exactly what was started.
 *
 * <p>Commands go over one SSH connection per machine that stays open; faults (a pulled cable, a
 * power cut) go over QEMU's monitor, so they need nothing of the machine. That a machine is up, it
 * says itself over a serial port: nobody polls.
 *
 * <p>Not here: anything about volumes. A second way to start machines (user-mode networking, vde)
 * was rejected: one way that works everywhere QEMU does is enough to keep right.
 */
@NullMarked
package dev.braid.e2e.lab;

import org.jspecify.annotations.NullMarked;
