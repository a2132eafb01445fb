package dev.braid.proto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.proto.pluginregistration.v1.PluginRegistration;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our {@code pluginregistration.proto} against kubelet's, which is fetched for it: needs go, and
 * once the network.
 */
class PluginRegistrationProtoIT {

  private static final String MODULE = "k8s.io/kubelet@v0.36.3";
  private static final String FILE = "pkg/apis/pluginregistration/v1/api.proto";

  private static Map<String, String> published;

  @BeforeAll
  static void fetch(@TempDir Path scratch) throws Exception {
    published = InterfaceFacts.of(PublishedInterface.of(MODULE, FILE, scratch));
  }

  @Test
  @DisplayName("pluginregistration.proto is kubelet's, field by field")
  void same() {
    assertThat(InterfaceFacts.of(PluginRegistration.getDescriptor().toProto()))
        .isEqualTo(published);
    assertThat(published)
        .containsKeys(
            "field .pluginregistration.PluginInfo 4",
            "field .pluginregistration.RegistrationStatus 2",
            "method .pluginregistration.Registration/GetInfo",
            "method .pluginregistration.Registration/NotifyRegistrationStatus");
  }

  @Test
  @DisplayName("the comparison sees another number and another name")
  void sees() {
    var number = PluginRegistration.getDescriptor().toProto().toBuilder();
    number.getMessageTypeBuilder(1).getFieldBuilder(2).setNumber(7);
    assertThat(InterfaceFacts.of(number.build())).isNotEqualTo(published);
    var scope = PluginRegistration.getDescriptor().toProto().toBuilder();
    scope.setPackage("pluginregistration.v1");
    assertThat(InterfaceFacts.of(scope.build())).isNotEqualTo(published);
  }
}
