package dev.braid.e2e.writer;

/**
 * What one record says.
 *
 * @param volume the volume it was written to
 * @param node who wrote it
 * @param sequence its number in the volume's history, whoever wrote it
 * @param wallMillis the writer's wall clock, just before the write
 * @param monotonicNanos the writer's monotonic clock at the same moment
 */
public record SignedRecord(
    String volume, String node, long sequence, long wallMillis, long monotonicNanos) {}
