/**
 * The one boundary that every change to the kernel, a store or a file passes.
 *
 * <p>Code that changes something asks for a {@link dev.braid.base.step.Step} as a parameter, and
 * only {@link dev.braid.base.step.Steps} hands one out. So a change cannot be made past the
 * boundary: it would not compile. (A marker annotation or a naming rule was considered: both can be
 * forgotten.) Whoever watches the steps can time them, and a test can end the process before and
 * after each.
 */
@NullMarked
package dev.braid.base.step;

import org.jspecify.annotations.NullMarked;
