package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;
import java.util.List;

/** A node's sessions to one target, looked at and treated past Braid. */
record NodeSessions(Machine node, String target) {

  /** Their numbers, which no other session of this boot has had or will have. */
  List<String> ids() {
    return node.run(
            "for s in /sys/class/iscsi_session/session*; do"
                + " if [ \"$(cat $s/targetname 2>/dev/null)\" = "
                + target
                + " ]; then echo ${s##*session}; fi; done")
        .lines()
        .filter(id -> !id.isBlank())
        .toList();
  }

  /** Logs out of one, as a person would by hand. */
  void logout(String id) {
    node.run("iscsiadm -m session -r " + id + " -u");
  }

  /** Makes another one through the same portal. */
  void repeat(String id) {
    node.run("iscsiadm -m session -r " + id + " -o new");
  }

  /** The files of its node records. */
  List<String> records() {
    return node.exec("find " + folder() + " -type f").lines();
  }

  String folder() {
    return "/etc/iscsi/nodes/" + target;
  }
}
