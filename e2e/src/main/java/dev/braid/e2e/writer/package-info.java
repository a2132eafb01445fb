/**
 * The signed writer: proof of whose data a volume holds, and that nothing acknowledged is missing.
 *
 * <p>{@link dev.braid.e2e.writer.SignedWriter} and {@link dev.braid.e2e.writer.SignedReader} run
 * where the volume is, in a machine or a pod, and need nothing but a JDK: a JVM starts slowly in an
 * emulated machine and every jar on its class path makes it slower. {@link
 * dev.braid.e2e.writer.AckLog} and {@link dev.braid.e2e.writer.ReadBack} stand on the other side,
 * with the test. What was acknowledged is known only there, outside of the volume: a volume cannot
 * be asked what it has lost.
 *
 * <p>Two choices:
 *
 * <p><b>Direct and synchronous I/O</b> ({@code O_DIRECT} and {@code O_DSYNC} together). Without the
 * first, a reader may be shown what the page cache remembers and the device has lost; without the
 * second, the device's own write cache may hold what was acknowledged.
 *
 * <p><b>HMAC-SHA256</b>, not only a checksum: a checksum says that a record is intact, not whose it
 * is. Each test has a key of its own, so a record left from an earlier volume on the same blocks,
 * however intact, is told apart from one of this test's. The key's short id stands in the record,
 * so that a record under another key and a torn one are told apart too.
 */
@NullMarked
package dev.braid.e2e.writer;

import org.jspecify.annotations.NullMarked;
