/**
 * The Linux kernel as seen from Java, typed. No CSI and no Kubernetes in it.
 *
 * <p>Each package is one thing the kernel (or a host program) offers. What only reads stands in the
 * package itself; what changes something stands in its {@code change} package and takes a {@link
 * dev.braid.base.step.Step}.
 */
@NullMarked
package dev.braid.linux;

import org.jspecify.annotations.NullMarked;
