package dev.braid.san;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.VolumeId;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;

/**
 * A publication that was withdrawn without the node's word.
 *
 * @param initiator whom it was withdrawn from: a node's name may have gone over to another machine
 * @param since when the head fenced the node, as ISO-8601
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OwedGeneration(
    @Required @JsonPropertyDescription("POOL/SERIAL") String volume,
    @Required @JsonPropertyDescription("Of the publication that is meant.") long generation,
    @Required @JsonPropertyDescription("The initiator name that it was withdrawn from.")
        String initiator,
    @Required @JsonPropertyDescription("When the head fenced the node.") String since) {

  public static OwedGeneration of(
      VolumeId volume, Generation generation, Iqn initiator, Instant since) {
    return new OwedGeneration(
        volume.toString(), generation.value(), initiator.name(), since.toString());
  }
}
