package dev.braid.e2e.volume;

import dev.braid.base.Portal;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.LabVolume;

/** What an administrator could do to Braid's target on the head, past the agent, for one node. */
record HeadByHand(Machine head, Machine node) {

  private static final String LIO = "/sys/kernel/config/target/iscsi/" + Head.TARGET;

  /** The node's mapped LUN, on both portals. */
  void unmap(String number) {
    each("m=" + mapped(number) + "; rm $m/lun && rmdir $m");
  }

  /** Under its own number, as the agent maps it. */
  void map(String lun) {
    each("mkdir " + mapped(lun));
    link(lun, lun);
  }

  /** Another LUN behind a number that the node has mapped. */
  void remap(String number, String lun) {
    each("rm " + mapped(number) + "/lun");
    link(number, lun);
  }

  /** Through the portal of one network; the node is not told. */
  void writeProtect(SanNetwork network, String number, boolean on) {
    head.run(
        "t=" + tag(network) + "; echo " + (on ? 1 : 0) + " > " + mapped(number) + "/write_protect");
  }

  /** Whether it listens in one network, as when the agent has not started yet. */
  void serve(SanNetwork network, boolean on) {
    head.run(
        (on ? "mkdir " : "rmdir ")
            + LIO
            + "/tpgt_"
            + tag(network)
            + "/np/"
            + head.address(network)
            + ":"
            + Portal.DEFAULT_PORT);
  }

  /** Whether reads and writes get through. LIO says who the LUN is in any case. */
  void storage(LabVolume volume, boolean there) {
    String group = "/braid_" + volume.id().serial() + "/alua/default_tg_pt_gp/alua_access_state";
    head.run("echo " + (there ? 0 : 3) + " > /sys/kernel/config/target/core/iblock_*" + group);
  }

  /** With no LUN mapped any more. */
  void removeAcl() {
    each("rmdir " + acl());
  }

  private static int tag(SanNetwork network) {
    return network == SanNetwork.A ? 1 : 2;
  }

  private void link(String number, String lun) {
    each(
        "m="
            + mapped(number)
            + "; ln -s "
            + LIO
            + "/tpgt_$t/lun/lun_"
            + lun
            + " $m/lun && echo 0 > $m/write_protect");
  }

  private void each(String script) {
    head.run("for t in 1 2; do " + script + " || exit 1; done");
  }

  private String mapped(String number) {
    return acl() + "/lun_" + number;
  }

  private String acl() {
    return LIO + "/tpgt_$t/acls/" + node.iqn();
  }
}
