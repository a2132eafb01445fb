/**
 * Kubernetes for tests: a real API server on loopback, for what talks to it and needs no pod.
 */
@NullMarked
package dev.braid.e2e.kubernetes;

import org.jspecify.annotations.NullMarked;
