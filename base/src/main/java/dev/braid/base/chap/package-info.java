/**
 * CHAP credentials and the folder that they come from, for heads and nodes alike: what one side
 * takes the other takes too. A secret leaves here for configfs, for a node record or for a login's
 * answer, and for nothing else (rule 20): no message names one, and {@code toString} hides it.
 */
@NullMarked
package dev.braid.base.chap;

import org.jspecify.annotations.NullMarked;
