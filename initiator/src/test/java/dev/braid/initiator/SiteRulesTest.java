package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules of distributions and of sites, as they are found on hosts. */
class SiteRulesTest {

  private static final String SCANS =
      """
      ACTION=="change", SUBSYSTEM=="scsi", ENV{DEVTYPE}=="scsi_device", \\
        ENV{SDEV_UA}=="REPORTED_LUNS_DATA_HAS_CHANGED", RUN+="scan-scsi-target $env{DEVPATH}"
      """;

  private static final String OURS =
      "ENV{SDEV_UA}==\"REPORTED_LUNS_DATA_HAS_CHANGED\", IMPORT{file}=\"/run/udev/00-braid.env\"\n";

  @TempDir Path host;

  @Test
  @DisplayName(
      "rule 10: a rule that scans is no harm behind Braid's own, which takes the news away")
  void behind() throws IOException {
    write("run/00-braid.rules", OURS);
    write("usr/90-scsi-ua.rules", SCANS);
    assertThat(rules().wrong()).isEmpty();
  }

  @Test
  @DisplayName("rule 10: a rule that scans before Braid's own is named")
  void before() throws IOException {
    write("run/00-braid.rules", OURS);
    write("etc/00-a-site.rules", SCANS);
    assertThat(rules().wrong()).singleElement().asString().contains("etc/00-a-site.rules", "scans");
  }

  @Test
  @DisplayName("rule 10: a rule that scans at any event of a SCSI device is named wherever it is")
  void always() throws IOException {
    write(
        "etc/99-site.rules",
        "ACTION==\"add|change\", SUBSYSTEM==\"scsi\", RUN+=\"/usr/local/bin/rescan %p\"\n");
    assertThat(rules().wrong()).hasSize(1);
  }

  @Test
  @DisplayName("a file in the place of Braid's own is named; so is not what others hide")
  void inPlace() throws IOException {
    write("run/00-braid.rules", OURS);
    write("etc/00-braid.rules", "# switched off\n");
    write("etc/00-a.rules", "");
    write("usr/00-a.rules", SCANS);
    assertThat(rules().wrong()).singleElement().asString().contains("etc/00-braid.rules");
  }

  @Test
  @DisplayName("rules that scan nothing, as udev's own, and comments are as they should be")
  void harmless() throws IOException {
    write(
        "usr/50-udev-default.rules",
        "SUBSYSTEM==\"scsi\", ENV{SDEV_UA}==\"CAPACITY_DATA_HAS_CHANGED\", TEST==\"rescan\","
            + " ATTR{rescan}=\"x\"\n#"
            + SCANS.replace("\\\n", ""));
    assertThat(rules().wrong()).isEmpty();
  }

  private SiteRules rules() {
    return new SiteRules(List.of(host.resolve("etc"), host.resolve("run"), host.resolve("usr")));
  }

  private void write(String path, String content) throws IOException {
    Path file = host.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
