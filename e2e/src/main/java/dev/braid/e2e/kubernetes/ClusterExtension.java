package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.LabExtension;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One cluster for all tests of a run; see {@link InCluster}. */
public final class ClusterExtension
    implements ParameterResolver, AfterTestExecutionCallback, AfterEachCallback {

  private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Cluster.class || type == LabCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cluster(context);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      cluster(context).collectLogs(LabExtension.logs(context).resolve("kubernetes"));
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    cluster(context).heal();
  }

  /** The cluster of this run, begun if there is none yet. It ends with the lab. */
  public static LabCluster cluster(ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .computeIfAbsent(
            LabCluster.class, type -> LabCluster.of(LabExtension.lab(context)), LabCluster.class);
  }
}
