/**
 * What a program counts of itself, as text that Prometheus reads.
 *
 * <p>By hand and not by a library: there are sums and readings only, no histograms, and the text
 * format of those is a page. Micrometer with its registry for Prometheus would be ten jars on the
 * class path of a plugin that runs on every node, whose start and memory are bounded.
 */
@NullMarked
package dev.braid.base.metric;

import org.jspecify.annotations.NullMarked;
