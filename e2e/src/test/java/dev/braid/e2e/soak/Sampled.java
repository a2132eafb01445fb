package dev.braid.e2e.soak;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Of the class's tests {@code make test} does so many, chosen as {@link Sample} does, and counts
 * the others as skipped; {@code make soak} does all. Also where one is asked for by its name: with
 * {@code BRAID_SOAK=all} it runs.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SampledTests.class)
public @interface Sampled {
  int value();
}
