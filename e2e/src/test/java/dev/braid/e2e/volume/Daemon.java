package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;

/** A program of the host that an attach or a detach may need, and how it can be away. */
enum Daemon {
  MULTIPATHD("multipathd.service", "multipathd.socket"),
  ISCSID("iscsid.service", "iscsid.socket"),
  UDEVD("systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket");

  private final String service;
  private final String[] sockets;

  Daemon(String service, String... sockets) {
    this.service = service;
    this.sockets = sockets;
  }

  /** Still there, and does nothing, until that is undone. */
  Undo freeze(Machine machine) {
    signal(machine, "STOP");
    return () -> signal(machine, "CONT");
  }

  /** Its service is stopped, and nothing starts it again by its sockets, until that is undone. */
  Undo stop(Machine machine) {
    String units = String.join(" ", sockets) + " " + service;
    String active =
        machine
            .run("for u in " + units + "; do systemctl -q is-active $u && echo $u; done; true")
            .replace('\n', ' ');
    machine.run("systemctl stop " + active);
    return () -> machine.run("systemctl start " + active);
  }

  private void signal(Machine machine, String signal) {
    machine.run("systemctl kill --kill-whom=main --signal=" + signal + " " + service);
  }
}
