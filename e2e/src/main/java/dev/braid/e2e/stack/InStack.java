package dev.braid.e2e.stack;

import dev.braid.e2e.lab.InLab;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs Braid deployed in the lab: takes a {@link Stack} as a parameter. All such tests
 * of a run share one. After a test that failed, the machines are started anew and the pool is
 * emptied, so that the next test does not answer for the last one.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@InLab
@ExtendWith(StackExtension.class)
public @interface InStack {}
