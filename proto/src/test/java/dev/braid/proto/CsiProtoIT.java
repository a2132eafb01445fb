package dev.braid.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.braid.proto.csi.v1.Csi;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our {@code csi.proto} against the published one, which is fetched for it: needs go, and once the
 * network.
 */
class CsiProtoIT {

  private static Map<String, String> expected;
  private static Map<String, String> published13;

  @BeforeAll
  static void fetch(@TempDir Path scratch) throws Exception {
    published13 = InterfaceFacts.of(PublishedInterface.csi("v1.13.0", scratch));
    expected = new TreeMap<>(InterfaceFacts.of(PublishedInterface.csi("v1.12.0", scratch)));
    // All of 1.13, and of 1.12 what 1.13 has no more.
    expected.putAll(published13);
  }

  private static FileDescriptorProto ours() {
    try {
      return FileDescriptorProto.parseFrom(
          Csi.getDescriptor().toProto().toByteString(), PublishedInterface.marks());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ours, with the published names of the three fields that Java cannot hold. */
  private static Map<String, String> factsOf(FileDescriptorProto file) {
    var facts = new TreeMap<String, String>();
    InterfaceFacts.of(file)
        .forEach(
            (key, fact) ->
                facts.put(
                    key.replace("ChangeableParametersEntry", "MutableParametersEntry"),
                    fact.replace("changeable_parameters", "mutable_parameters")
                        .replace("ChangeableParametersEntry", "MutableParametersEntry")));
    return facts;
  }

  @Test
  @DisplayName("csi.proto is CSI 1.13 field by field, and 1.12's where 1.13 left a gap")
  void same() {
    assertThat(factsOf(ours())).isEqualTo(expected);
    assertThat(expected).hasSizeGreaterThan(400);
  }

  @Test
  @DisplayName("what is added to 1.13 is the volume condition and nothing else")
  void additions() {
    var added = new TreeMap<>(expected);
    added.keySet().removeAll(published13.keySet());
    assertThat(added.keySet())
        .containsExactlyInAnyOrder(
            "field .csi.v1.ControllerGetVolumeResponse.VolumeStatus 2",
            "field .csi.v1.ListVolumesResponse.VolumeStatus 2",
            "field .csi.v1.NodeGetVolumeStatsResponse 2",
            "field .csi.v1.VolumeCondition 1",
            "field .csi.v1.VolumeCondition 2",
            "message .csi.v1.VolumeCondition",
            "value .csi.v1.ControllerServiceCapability.RPC.Type 11",
            "value .csi.v1.NodeServiceCapability.RPC.Type 4");
  }

  @Test
  @DisplayName("just three fields have another name than published")
  void renamed() {
    assertThat(InterfaceFacts.of(ours()).values().stream().filter(f -> f.contains("changeable_")))
        .hasSize(3);
  }

  @Test
  @DisplayName("the comparison sees a change of every kind")
  void sees() {
    Stream.<Consumer<FieldDescriptorProto.Builder>>of(
            f -> f.setName("other"),
            f -> f.setNumber(99),
            f -> f.setType(Type.TYPE_BYTES),
            f -> f.setLabel(Label.LABEL_REQUIRED),
            f -> f.setTypeName(".csi.v1.Other"),
            f -> f.setOptions(FieldOptions.newBuilder().setExtension(Csi.alphaField, true)),
            f -> f.clearOptions())
        .forEach(change -> assertSeen(field("CreateVolumeRequest", "secrets", change)));
    assertSeen(field("VolumeCapability", "block", f -> f.clearOneofIndex()));
    var enumChanged = ours().toBuilder();
    enumChanged.getEnumTypeBuilder(0).getValueBuilder(1).setNumber(77);
    assertSeen(enumChanged.build());
    var optionDropped = ours().toBuilder();
    optionDropped.getServiceBuilderList().forEach(s -> s.clearOptions());
    assertSeen(optionDropped.build());
    var streaming = ours().toBuilder();
    streaming.getServiceBuilder(0).getMethodBuilder(0).setServerStreaming(true);
    assertSeen(streaming.build());
    var methodGone = ours().toBuilder();
    methodGone.getServiceBuilder(0).removeMethod(0);
    assertSeen(methodGone.build());
    assertSeen(ours().toBuilder().removeMessageType(3).build());
    assertSeen(
        ours().toBuilder()
            .addMessageType(DescriptorProto.newBuilder().setName("Addition"))
            .build());
  }

  private static void assertSeen(FileDescriptorProto changed) {
    assertThat(changed).isNotEqualTo(ours());
    assertThat(factsOf(changed)).isNotEqualTo(expected);
  }

  private static FileDescriptorProto field(
      String message, String name, Consumer<FieldDescriptorProto.Builder> change) {
    var file = ours().toBuilder();
    file.getMessageTypeBuilderList().stream()
        .filter(m -> m.getName().equals(message))
        .flatMap(m -> m.getFieldBuilderList().stream())
        .filter(f -> f.getName().equals(name))
        .forEach(change);
    return file.build();
  }
}
