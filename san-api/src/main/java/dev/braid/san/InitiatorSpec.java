package dev.braid.san;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What a node is to the heads.
 *
 * @param iqn may not change: a head could not tell any more whom it gave a volume to
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "self.iqn == oldSelf.iqn",
    fieldPath = ".iqn",
    message =
        "iqn cannot change: delete this Initiator when no volume is attached to its node, and the"
            + " node makes it anew")
@ValidationRule(
    value =
        "self.iqn.matches('^(iqn[.][0-9]{4}-[0-9]{2}[.][a-z0-9.-]+(:[a-z0-9.:_-]+)?|eui[.][0-9a-f]{16})$')",
    fieldPath = ".iqn",
    message = "want iqn.YYYY-MM.domain:name in lower case")
public record InitiatorSpec(
    @Required
        @Size(max = 223)
        @PrinterColumn(name = "IQN")
        @JsonPropertyDescription(
            "The node's initiator name, from its /etc/iscsi/initiatorname.iscsi.")
        String iqn) {}
