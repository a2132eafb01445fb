/**
 * What {@code /proc} tells: which boot this is, and who holds a device; and this process's own
 * place before the scheduler, which changes nothing of the host's and needs no step.
 */
@NullMarked
package dev.braid.linux.proc;

import org.jspecify.annotations.NullMarked;
