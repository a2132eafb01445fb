/**
 * The kernel's configfs, where LIO is configured: folders, symbolic links and small text files.
 * Paths are texts relative to one root, so that a test can put another tree in its place. A reader
 * expects the tree to change under its hands: what is gone reads as empty.
 */
@NullMarked
package dev.braid.linux.configfs;

import org.jspecify.annotations.NullMarked;
