package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A LUN that another initiator has reserved: one of the head's own, by LIO's loopback. */
@InStack
class ReservedLabTest {

  private static final String LIO = "/sys/kernel/config/target";
  private static final String GROUP = LIO + "/loopback/naa.5001405000000001/tpgt_1";
  private static final String METADATA = "/etc/target/pr";
  private static final String INITIATOR = "naa.5001405000000002";

  private final Stack stack;
  private final Machine head;
  private final Machine node;

  ReservedLabTest(Stack stack) {
    this.stack = stack;
    this.head = stack.lab().san1();
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "rule 18: a LUN that would take no write, as another initiator has reserved it, is not staged:"
          + " the error names who, and how; released, it is")
  void reserved() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("reserved", 64L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);
    try (Undo theirs = usedByHead(String.valueOf(context.get("lun")))) {
      String disk =
          head.run(
                  "for d in /sys/block/sd*; do grep -q Braid $d/device/model && echo ${d##*/}; done; true")
              .strip();
      persist("register --param-sark=5a", disk);
      persist("reserve --param-rk=5a --prout-type=3", disk);
      // What the guard is for: the kernel refuses what is written, and reads too.
      assertThat(
              node.exec("dd if=/dev/zero of=" + volume.targetPath() + " bs=4k count=1 oflag=direct")
                  .ok())
          .as("written by a node that is attached already")
          .isFalse();
      stack.nodeUnpublish(volume, node);
      stack.unstage(volume, node);

      Failure failure = Failure.of(() -> stack.stage(volume, node, context));
      assertThat(failure.status()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(failure.message()).contains("is reserved by", "5a, exclusive access");
      assertThat(new Device(node, volume).kept()).isZero();

      persist("clear --param-rk=5a", disk);
      stack.stage(volume, node, context);
      stack.nodePublish(volume, node, context);
    }
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  private void persist(String action, String disk) {
    head.run("sg_persist --out --" + action + " /dev/" + disk);
  }

  private Undo usedByHead(String lun) {
    head.run(
        String.join(
            " && ",
            "modprobe tcm_loop",
            "mkdir -p "
                + METADATA, // where LIO keeps registrations, and what a registration fails without
            "mkdir -p " + GROUP,
            "echo " + INITIATOR + " > " + GROUP + "/nexus",
            "mkdir " + GROUP + "/lun/lun_0",
            "for l in "
                + LIO
                + "/iscsi/"
                + Head.TARGET
                + "/tpgt_1/lun/lun_"
                + lun
                + "/*; do [ ! -L $l ] || ln -s $(readlink -f $l) "
                + GROUP
                + "/lun/lun_0/; done"));
    Wait.until(
        "the head has a disk of it",
        Duration.ofSeconds(30),
        () -> head.exec("grep -l Braid /sys/block/sd*/device/model").ok());
    return () ->
        head.run(
            String.join(
                " && ",
                "find " + GROUP + "/lun/lun_0 -maxdepth 1 -type l -delete",
                "rmdir " + GROUP + "/lun/lun_0",
                "echo NULL > " + GROUP + "/nexus",
                "rmdir "
                    + GROUP
                    + " "
                    + LIO
                    + "/loopback/naa.5001405000000001 "
                    + LIO
                    + "/loopback",
                "rm -r " + METADATA));
  }
}
