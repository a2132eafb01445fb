/**
 * A pool's own record of its volumes (rule 14): what exists, who has it, what is owed, and which
 * numbers were given out. It lies in the pool's own store, so that a failover carries it along, and
 * a head can rebuild its target from it with nobody else's help.
 *
 * <p>Embedded SQLite, rolled back and forward by its own journal, every transaction on the disk
 * before it counts. A file of JSON replaced by rename was considered: it is as safe, but it is
 * written as a whole for every change, and its cost grows with the number of volumes (rule 19).
 */
@NullMarked
package dev.braid.agent.book;

import org.jspecify.annotations.NullMarked;
