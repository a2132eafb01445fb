package dev.braid.san;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;

/**
 * A node's word that the device of a generation is gone from its kernel.
 *
 * @param bootId the boot in which the node saw it gone
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AttestedGeneration(
    @Required @JsonPropertyDescription("POOL/SERIAL") String volume,
    @Required @JsonPropertyDescription("Of the publication that is meant.") long generation,
    @Required
        @Pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        @JsonPropertyDescription("The boot in which the node saw the device gone.")
        String bootId) {

  public static AttestedGeneration of(VolumeId volume, Generation generation, BootId boot) {
    return new AttestedGeneration(volume.toString(), generation.value(), boot.text());
  }

  public boolean isOf(VolumeId other, Generation of) {
    return volume.equals(other.toString()) && generation == of.value();
  }
}
