/**
 * What every part of Braid shares: the values that are handed about (a serial is never a string, so
 * that two of them cannot be swapped), deadlines, and the words for what can go wrong.
 *
 * <p>It knows nobody: no gRPC, no Kubernetes, no kernel.
 */
@NullMarked
package dev.braid.base;

import org.jspecify.annotations.NullMarked;
