package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Path;

/** {@code make lab} and {@code make lab-down}. */
public final class LabMain {

  private LabMain() {}

  public static void main(String[] args) throws IOException {
    String verb = args.length == 0 ? "" : args[0];
    try {
      switch (verb) {
        case "up" -> up();
        case "down" -> down();
        case "logs" -> logs(Path.of(args.length > 1 ? args[1] : "e2e/target/lab-logs/by-hand"));
        default -> {
          System.err.println("usage: LabMain up | down | logs [FOLDER]");
          System.exit(2);
        }
      }
    } catch (LabException e) {
      System.err.println("lab: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void up() {
    if (Lab.sharedIsThere()) {
      Lab.attach();
      Progress.say("lab: is running already");
    } else {
      Lab.startShared(Programs.ofThisCheckout());
    }
    RunFolder folder = RunFolder.shared();
    Progress.say("");
    for (Machine machine : Lab.attach().machines()) {
      Progress.say(
          String.format(
              "  %-6s e2e/lab/ssh %-6s            %s, %s and %s",
              machine.name(),
              machine.name(),
              machine.address(),
              machine.address(SanNetwork.A),
              machine.address(SanNetwork.B)));
    }
    Progress.say("");
    Progress.say("  a command             e2e/lab/ssh node1 multipath -ll");
    Progress.say("  new programs          e2e/lab/push node1 FOLDER [NAME]   (to /opt/braid/NAME)");
    Progress.say("  every log             e2e/lab/logs [FOLDER]");
    Progress.say("  tests in this lab     BRAID_LAB=reuse mvn ...");
    Progress.say("  consoles, disks       " + folder.path() + "/MACHINE/console.log");
    Progress.say("  its networks          ip netns exec " + folder.namespace() + " bash");
    Progress.say("  Kubernetes in it      make lab CLUSTER=1");
    Progress.say("  end it                make lab-down");
  }

  private static void down() throws IOException {
    boolean there = Lab.endShared();
    Lab.endAbandoned();
    Progress.say(there ? "lab: ended" : "lab: none was running");
  }

  private static void logs(Path into) {
    Lab.attach().collectLogs(into);
    Progress.say("lab: every log is in " + into);
  }
}
