/**
 * System calls through JNA: the only package that knows it. File descriptors are {@link
 * dev.braid.linux.libc.Fd}s, failures are {@link dev.braid.linux.libc.ErrnoException}s, and EINTR
 * is retried with the time that is left.
 */
@NullMarked
package dev.braid.linux.libc;

import org.jspecify.annotations.NullMarked;
