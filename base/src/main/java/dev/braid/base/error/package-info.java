/**
 * What can go wrong, one type for each thing a caller must do about it. A message names what
 * happened, the object, and what to do; it never carries a secret.
 *
 * <p>Which gRPC code a type becomes is decided once, in {@code rpc}. A failure that has no type
 * here is a mistake of ours and reaches the caller as INTERNAL, with its cause in the log.
 */
@NullMarked
package dev.braid.base.error;

import org.jspecify.annotations.NullMarked;
