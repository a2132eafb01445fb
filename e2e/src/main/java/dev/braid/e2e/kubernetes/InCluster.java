package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.InLab;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs Kubernetes: takes a {@link Cluster}, or a {@link LabCluster} if it needs more
 * of it than its users have, as a parameter. All such tests of a run share one; after each, its
 * faults are undone; on a failure, its logs are collected with the machines'.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@InLab
@ExtendWith(ClusterExtension.class)
public @interface InCluster {}
