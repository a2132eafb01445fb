/**
 * Where the blocks of volumes are: a pool on files of one folder. Each volume is a sparse file
 * behind a loop device with direct I/O, so that what LIO says about flushes and the write cache is
 * true, and a discard gives room back.
 *
 * <p>(LIO's own {@code fileio} was considered: it writes in the thread of the connection, and loses
 * synced data in its buffered modes.)
 */
@NullMarked
package dev.braid.agent.pool;

import org.jspecify.annotations.NullMarked;
