package dev.braid.san;

import dev.braid.base.NodeName;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A node's iSCSI initiator, named as the node. The node makes and writes its own only. */
@Group("braid.dev")
@Version("v1alpha1")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
    name = "Debts",
    jsonPath = ".status.debts[*].volume",
    type = AdditionalPrinterColumn.Type.STRING)
@ValidationRule(value = "has(self.spec)", message = "spec.iqn is missing")
public final class Initiator extends CustomResource<InitiatorSpec, InitiatorStatus> {

  private static final long serialVersionUID = 1L;

  /** For the client, which fills it. */
  public Initiator() {}

  static Initiator of(NodeName node, InitiatorSpec spec) {
    var initiator = new Initiator();
    initiator.getMetadata().setName(node.name());
    initiator.setSpec(spec);
    return initiator;
  }

  @Override
  protected @Nullable InitiatorSpec initSpec() {
    return null; // the client fills it in
  }

  @Override
  protected InitiatorStatus initStatus() {
    return InitiatorStatus.EMPTY;
  }
}
