package dev.braid.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BenchLunTest {

  @Test
  @DisplayName("every subject gets the same LUN over the same portals")
  void same() throws Exception {
    VolumeId volume = VolumeId.parse("lab/0123456789abcdef012345678");
    var context =
        new PublishContext(
            new Iqn("iqn.2026-11.dev.braid.lab:pool-lab"),
            List.of(
                Portal.parse("10.77.1.11:3260,1"),
                Portal.parse("10.77.2.11:3260,2"),
                Portal.parse("10.77.1.11:3261,3")),
            LunNumber.parse("7"),
            volume.wwid(),
            Generation.parse("1"));

    String[] words = new BenchLun(volume, context).over(2).text().split("\\|", -1);

    assertThat(words).hasSize(6);
    assertThat(words[0]).isEqualTo(volume.wwid().text());
    assertThat(words[1]).isEqualTo("7");
    assertThat(words[3]).isEqualTo("10.77.1.11:3260,1+10.77.2.11:3260,2");
    var stage = NodeStageVolumeRequest.parseFrom(Base64.getDecoder().decode(words[4]));
    assertThat(stage.getVolumeId()).isEqualTo(volume.toString());
    assertThat(stage.getVolumeCapability().hasBlock()).isTrue();
    assertThat(PublishContext.parse(stage.getPublishContextMap()).portals()).hasSize(2);
  }
}
