package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Progress;

/** {@code make lab CLUSTER=1}: a cluster in the lab that {@code make lab} left running. */
public final class ClusterMain {

  private ClusterMain() {}

  public static void main(String[] arguments) {
    try {
      LabCluster cluster = LabCluster.of(Lab.attach());
      Progress.say("");
      Progress.say("  Kubernetes            e2e/lab/kubectl get nodes -o wide");
      Progress.say("  other clients         export KUBECONFIG=" + cluster.kubeconfig());
      Progress.say("  kubectl, helm, …      " + cluster.tools().folder().resolve("bin"));
      Progress.say("  the tests' cluster    BRAID_LAB=reuse mvn ...");
    } catch (LabException e) {
      System.err.println("cluster: " + e.getMessage());
      System.exit(1);
    }
  }
}
