package dev.braid.e2e.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs the lab: takes a {@link Lab} or a {@link Machine} as a parameter, the latter by
 * the parameter's name ({@code node1}). All such tests of a run share one lab; after each, its
 * faults are undone; on a failure, every log is collected first.
 *
 * <p>With {@code BRAID_LAB=reuse} in the environment it is the lab that {@code make lab} left
 * running.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("lab")
@ExtendWith(LabExtension.class)
public @interface InLab {}
