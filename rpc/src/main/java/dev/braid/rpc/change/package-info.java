/**
 * The one thing that this room changes on its host: the file of a Unix socket that it serves on.
 */
@NullMarked
package dev.braid.rpc.change;

import org.jspecify.annotations.NullMarked;
