package dev.braid.agent;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.KernelConfigfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import dev.braid.linux.configfs.change.KernelConfigfsChange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything that the agent takes for granted about LIO, as questions with answers of one line. A
 * kernel's answers lie in the resources; {@link LioTruthTest} compares the fake's with them.
 *
 * <p>To ask another kernel, on a head with a block device that nobody uses: {@code java -cp
 * LIBRARIES:TEST-CLASSES dev.braid.agent.LioQuestions /dev/loopN}. It makes a target of its own and
 * removes it.
 */
final class LioQuestions {

  private static final String TARGET = "iscsi/iqn.2026-01.dev.braid:questions";
  private static final String HBA = "core/iblock_9999";
  private static final String STORE = HBA + "/questions";
  private static final String OTHER = HBA + "/other";
  private static final String ONE = TARGET + "/tpgt_1";
  private static final String TWO = TARGET + "/tpgt_2";
  private static final String LUN1 = ONE + "/lun/lun_7";
  private static final String LUN2 = TWO + "/lun/lun_7";
  private static final String ACL = ONE + "/acls/iqn.2026-01.dev.braid:asker";
  private static final String MAPPED = ACL + "/lun_7";
  private static final Pattern ERROR = Pattern.compile("\\bE[A-Z]{3,}\\b");

  private final Configfs configfs;
  private final ConfigfsChange change;
  private final String device;
  private final List<String> answers = new ArrayList<>();

  LioQuestions(Configfs configfs, ConfigfsChange change, String device) {
    this.configfs = configfs;
    this.change = change;
    this.device = device;
  }

  public static void main(String[] args) {
    Path root = Path.of("/sys/kernel/config/target");
    new LioQuestions(new KernelConfigfs(root), new KernelConfigfsChange(root), args[0])
        .ask()
        .forEach(System.out::println);
  }

  List<String> ask() {
    backstore();
    luns();
    acls();
    ends();
    return answers;
  }

  private void backstore() {
    mkdir(HBA);
    folders(HBA);
    mkdir("core/nonsense");
    mkdir(STORE);
    folders(STORE);
    read(STORE + "/enable");
    write(STORE + "/enable", "1");
    write(STORE + "/control", "udev_path=" + device);
    write(STORE + "/udev_path", device);
    write(STORE + "/enable", "1");
    read(STORE + "/enable");
    write(STORE + "/enable", "1");
    read(STORE + "/wwn/product_id");
    mkdir(OTHER);
    write(OTHER + "/control", "udev_path=" + device);
    write(OTHER + "/enable", "1");
    rmdir(OTHER);
    write(STORE + "/wwn/vpd_unit_serial", "0123456789abcdef012345678");
    read(STORE + "/wwn/vpd_unit_serial");
    write(STORE + "/wwn/product_id", "Braid");
    read(STORE + "/wwn/product_id");
    write(STORE + "/attrib/emulate_tpu", "1");
    read(STORE + "/attrib/emulate_tpu");
    rmdir(HBA);
  }

  private void luns() {
    mkdir("iscsi");
    mkdir(TARGET);
    read(TARGET + "/fabric_statistics/iscsi_instance/sessions");
    for (String group : List.of(ONE, TWO)) {
      mkdir(group);
      folders(group);
      read(group + "/enable");
      read(group + "/rtpi");
      for (String attribute :
          List.of(
              "authentication",
              "generate_node_acls",
              "demo_mode_write_protect",
              "demo_mode_discovery",
              "cache_dynamic_acls")) {
        read(group + "/attrib/" + attribute);
      }
    }
    mkdir(ONE + "/nonsense");
    rmdir(ONE + "/lun");
    mkdir(ONE + "/np/127.0.0.1:13260");
    write(ONE + "/attrib/authentication", "0");
    write(ONE + "/enable", "1");
    read(ONE + "/enable");
    mkdir(LUN1);
    mkdir(LUN2);
    read(LUN1 + "/statistics/scsi_port/indx");
    link(LUN1 + "/backstore", STORE);
    links(LUN1);
    link(LUN1 + "/again", STORE);
    link(LUN2 + "/backstore", STORE);
    read(LUN1 + "/statistics/scsi_port/indx");
    read(LUN2 + "/statistics/scsi_port/indx");
    write(STORE + "/wwn/vpd_unit_serial", "1123456789abcdef012345678");
    write(STORE + "/wwn/product_id", "Other");
    rmdir(STORE);
    rmdir(LUN1);
  }

  private void acls() {
    mkdir(ACL);
    folders(ACL);
    read(ACL + "/info");
    read(ACL + "/cmdsn_depth");
    write(ACL + "/cmdsn_depth", "65");
    read(ACL + "/cmdsn_depth");
    mkdir(MAPPED);
    read(MAPPED + "/write_protect");
    write(MAPPED + "/write_protect", "1");
    read(MAPPED + "/write_protect");
    link(MAPPED + "/lun", LUN2);
    link(MAPPED + "/lun", LUN1);
    read(MAPPED + "/write_protect");
    write(MAPPED + "/write_protect", "1");
    read(MAPPED + "/write_protect");
    rmdir(MAPPED);
    rmdir(ACL);
    unlink(LUN1 + "/backstore");
    read(LUN1 + "/statistics/scsi_port/indx");
    rmdir(LUN1);
    unlink(MAPPED + "/lun");
    link(MAPPED + "/lun", LUN1);
    link(LUN1 + "/backstore", STORE);
    read(LUN1 + "/statistics/scsi_port/indx");
    link(MAPPED + "/lun", LUN1);
  }

  private void ends() {
    unlink(MAPPED + "/lun");
    rmdir(MAPPED);
    rmdir(ACL);
    unlink(LUN1 + "/backstore");
    unlink(LUN2 + "/backstore");
    rmdir(LUN1);
    rmdir(LUN2);
    rmdir(STORE);
    rmdir(HBA);
    rmdir(ONE + "/np/127.0.0.1:13260");
    rmdir(ONE);
    rmdir(TWO);
    rmdir(TARGET);
    answer("left", String.valueOf(configfs.isFolder(TARGET) || configfs.isFolder(HBA)));
  }

  private void mkdir(String path) {
    attempt("mkdir " + path, step -> change.mkdir(step, path));
  }

  private void rmdir(String path) {
    attempt("rmdir " + path, step -> change.rmdir(step, path));
  }

  private void write(String path, String value) {
    attempt("write " + path + " " + value, step -> change.write(step, path, value));
  }

  private void link(String path, String target) {
    attempt("link " + path + " to " + target, step -> change.link(step, path, target));
  }

  private void unlink(String path) {
    attempt("unlink " + path, step -> change.unlink(step, path));
  }

  private void attempt(String question, Consumer<Step> change) {
    try {
      Steps.unobserved().run("ask", change::accept);
      answer(question, "ok");
    } catch (KernelRefused e) {
      Matcher m = ERROR.matcher(e.getMessage());
      answer(question, m.find() ? m.group() : e.getMessage());
    }
  }

  private void read(String path) {
    try {
      answer("read " + path, configfs.read(path).map(v -> "'" + v + "'").orElse("nothing"));
    } catch (KernelRefused e) {
      answer("read " + path, "refused");
    }
  }

  private void folders(String path) {
    answer("folders " + path, String.join(" ", configfs.folders(path)));
  }

  private void links(String path) {
    answer("links " + path, configfs.links(path).toString());
  }

  private void answer(String question, String answer) {
    answers.add((question + ": " + answer).replace(device, "DEVICE"));
  }
}
