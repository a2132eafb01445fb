package dev.braid.e2e.kubernetes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs Braid installed in the cluster by its chart: takes a {@link Release} as a
 * parameter. All such tests of a run share one.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@InCluster
@ExtendWith(ReleaseExtension.class)
public @interface InRelease {}
