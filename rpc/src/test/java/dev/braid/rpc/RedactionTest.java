package dev.braid.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.Csi;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode;
import dev.braid.proto.csi.v1.VolumeCapability.MountVolume;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedactionTest {

  private static final String SECRET = "swordfish";

  @Test
  @DisplayName("rule 20: what is secret is hidden, what is not can be read, all on one line")
  void stage() {
    String text =
        Redaction.text(
            NodeStageVolumeRequest.newBuilder()
                .setVolumeId("fast/1\n2 ERROR forged line")
                .putSecrets("node.session.auth.password", SECRET)
                .putPublishContext("lun", "7")
                .putPublishContext("iscsiPassword", SECRET)
                .setVolumeCapability(
                    VolumeCapability.newBuilder()
                        .setMount(
                            MountVolume.newBuilder().setFsType("ext4").addMountFlags("p=" + SECRET))
                        .setAccessMode(
                            AccessMode.newBuilder().setMode(AccessMode.Mode.SINGLE_NODE_WRITER)))
                .build());
    assertThat(text)
        .doesNotContain(SECRET, "\n")
        .contains("lun=\"7\"", "secrets: (hidden)", "iscsiPassword=(hidden)")
        .contains("fs_type: \"ext4\"", "mode: SINGLE_NODE_WRITER", "fast/1?2");
  }

  @Test
  @DisplayName("rule 20: every field of the interface that is marked csi_secret is hidden")
  void everyMarkedField() {
    int found = 0;
    for (Descriptor type : Csi.getDescriptor().getMessageTypes()) {
      for (FieldDescriptor field : type.getFields()) {
        if (field.getOptions().getExtension(Csi.csiSecret)) {
          found++;
          assertThat(Redaction.text(filled(type, field)))
              .as(field.getFullName())
              .contains("hidden")
              .doesNotContain(SECRET);
        }
      }
    }
    assertThat(found).isGreaterThan(20);
  }

  private static DynamicMessage filled(Descriptor type, FieldDescriptor map) {
    var entry =
        DynamicMessage.newBuilder(map.getMessageType())
            .setField(map.getMessageType().findFieldByName("key"), "any")
            .setField(map.getMessageType().findFieldByName("value"), SECRET)
            .build();
    return DynamicMessage.newBuilder(type).addRepeatedField(map, entry).build();
  }

  @Test
  @DisplayName("a message of any size makes a line of bounded length")
  void bounded() {
    var request = CreateVolumeRequest.newBuilder().setName("n".repeat(1 << 20)).build();
    assertThat(Redaction.text(request)).hasSizeLessThan(5000);
  }
}
