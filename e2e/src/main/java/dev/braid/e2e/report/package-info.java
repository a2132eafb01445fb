/** What a run of the tests tells a person: minutes per class, and a count as the last line. */
@NullMarked
package dev.braid.e2e.report;

import org.jspecify.annotations.NullMarked;
