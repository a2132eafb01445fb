package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.InvalidInput;
import dev.braid.linux.iscsi.InitiatorName;
import dev.braid.linux.iscsi.OpenIscsiVersions;
import dev.braid.linux.kmod.Modules;
import dev.braid.linux.multipath.MultipathSettings;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.MultipathdException.Kind;
import dev.braid.linux.multipath.MultipathdSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks at what an attach needs of this host, and says of each thing that is wrong what to do. For
 * one thread at a time.
 */
final class HostLook {

  private static final String ISCSID = "@ISCSIADM_ABSTRACT_NAMESPACE";
  private static final String MULTIPATHD = "@/org/kernel/linux/storage/multipathd";

  /** Its iscsiadm waits for ever at a login where the session is not to be scanned. */
  private static final String HANGS = "2.1.10";

  private static final Duration PROGRAM = Duration.ofSeconds(10);
  private static final Duration COMMAND = Duration.ofSeconds(10);

  /** A multipathd that is too busy to tell its settings is taken at its last word for so long. */
  private static final Duration LAST_WORD = Duration.ofMinutes(10);

  private final HostPaths paths;
  private final OpenIscsiVersions versions;
  private final MultipathdSocket multipathd;
  private final SiteRules siteRules;
  private final Supplier<List<String>> others;
  private final Ticker ticker;

  /** What multipathd told last; empty until then, when that is too old, and when it is away. */
  private Optional<Told> told = Optional.empty();

  private record Told(List<String> unsafe, long nanos) {}

  /**
   * @param others what others know to be wrong with this host; quick to ask
   */
  HostLook(
      HostPaths paths,
      OpenIscsiVersions versions,
      MultipathdSocket multipathd,
      Supplier<List<String>> others,
      Ticker ticker) {
    this.paths = paths;
    this.versions = versions;
    this.multipathd = multipathd;
    this.siteRules = new SiteRules(paths.udevRules());
    this.others = others;
    this.ticker = ticker;
  }

  /** What can be seen without starting a program. Empty if nothing is wrong. */
  List<String> quick(Deadline deadline) {
    var wrong = new ArrayList<String>();
    List<String> sockets = sockets(wrong);
    if (!sockets.contains(ISCSID)) {
      wrong.add(
          "iscsid does not listen: install open-iscsi on this host, start iscsid.socket, and run"
              + " this program in the host's network namespace");
    }
    if (!sockets.contains(MULTIPATHD)) {
      wrong.add(
          "multipathd does not listen: install multipath-tools on this host, start multipathd, and"
              + " run this program in the host's network namespace");
    } else {
      wrong.addAll(settings(deadline));
    }
    initiatorName().ifPresent(wrong::add);
    wrong.addAll(others.get());
    for (String module : List.of("iscsi_tcp", "dm_multipath", "sg")) {
      module(module).ifPresent(wrong::add);
    }
    return wrong;
  }

  /** What changes with a package only, and takes some time: what programs tell, and many files. */
  List<String> seldom(Deadline deadline) {
    var wrong = new ArrayList<String>(versions(deadline));
    wrong.addAll(siteRules.wrong());
    return wrong;
  }

  private List<String> versions(Deadline deadline) {
    try {
      Optional<String> admin = versions.iscsiadm(deadline.atMost(PROGRAM));
      Optional<String> daemon = versions.iscsid(deadline.atMost(PROGRAM));
      if (admin.isEmpty() || daemon.isEmpty()) {
        return List.of(); // no word of a version is not a wrong one
      }
      if (!admin.equals(daemon)) {
        return List.of(
            "iscsiadm is of version "
                + admin.get()
                + " and iscsid of "
                + daemon.get()
                + ", and they do not understand each other: install one version of open-iscsi");
      }
      return admin.get().equals(HANGS)
          ? List.of(
              "open-iscsi "
                  + HANGS
                  + " hangs at logins with manual scanning: install an older or a newer one")
          : List.of();
    } catch (BraidException e) {
      return List.of(e.messageAndCause());
    }
  }

  /** An abstract name may be of any bytes, and anybody may bind one. */
  private List<String> sockets(List<String> wrong) {
    try {
      return Files.readAllLines(paths.net().resolve("unix"), StandardCharsets.ISO_8859_1).stream()
          .map(line -> line.substring(line.lastIndexOf(' ') + 1))
          .toList();
    } catch (IOException e) {
      wrong.add("cannot read the unix sockets in " + paths.net() + ": " + e.getMessage());
      return List.of();
    }
  }

  private Optional<String> initiatorName() {
    try {
      InitiatorName.read(paths.initiatorName());
      return Optional.empty();
    } catch (BraidException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Loaded, or there to be loaded: iscsid and multipathd load what they need when they start. */
  private Optional<String> module(String name) {
    if (new Modules(paths.sysfs()).loaded(name)) {
      return Optional.empty();
    }
    try {
      String release = Files.readString(paths.kernelRelease()).strip();
      Path folder = paths.modules().resolve(release);
      String file = "/" + name + ".ko";
      for (String list : List.of("modules.dep", "modules.builtin")) {
        if (Files.exists(folder.resolve(list))
            && Files.readString(folder.resolve(list)).contains(file)) {
          return Optional.empty();
        }
      }
      return Optional.of(
          "kernel module "
              + name
              + " is neither loaded nor in "
              + folder
              + ": install the modules of kernel "
              + release
              + ", or reboot into the kernel that was installed");
    } catch (IOException e) {
      return Optional.of("cannot look for kernel module " + name + ": " + e);
    }
  }

  private List<String> settings(Deadline deadline) {
    try {
      String said = multipathd.ask("show config", deadline.atMost(COMMAND));
      List<String> unsafe = MultipathConfig.unsafe(MultipathSettings.parse(said));
      told = Optional.of(new Told(unsafe, ticker.nanos()));
      return unsafe;
    } catch (MultipathdException e) {
      // Many attaches at once keep it busy for longer than it lets anybody wait; that is no fault.
      told = told.filter(last -> isSlow(e) && isFresh(last));
      return told.filter(last -> e.kind() == Kind.BUSY)
          .map(Told::unsafe)
          .orElse(List.of(silent(e)));
    } catch (InvalidInput e) {
      return List.of(silent(e));
    }
  }

  private static boolean isSlow(MultipathdException e) {
    return e.kind() == Kind.BUSY || e.kind() == Kind.TIMEOUT;
  }

  private boolean isFresh(Told last) {
    return ticker.nanos() - last.nanos() < LAST_WORD.toNanos();
  }

  private static String silent(Exception why) {
    return "multipathd does not tell its settings: " + why.getMessage();
  }
}
