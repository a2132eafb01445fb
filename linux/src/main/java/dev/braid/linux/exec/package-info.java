/**
 * The one place that runs host programs. An argument list, never a shell line; a deadline; bounded
 * output, read while the program runs; nothing secret in arguments or logs.
 */
@NullMarked
package dev.braid.linux.exec;

import org.jspecify.annotations.NullMarked;
