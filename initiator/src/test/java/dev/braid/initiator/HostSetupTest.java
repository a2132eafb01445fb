package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.kmod.Modules;
import dev.braid.linux.kmod.change.Modprobe;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.systemd.Systemd;
import dev.braid.linux.systemd.change.Systemctl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Braid puts on a host, on a folder that stands for it; multipathd does not listen there. */
class HostSetupTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final Iqn TARGET = new Iqn("iqn.2026-11.dev.braid:fast");

  @TempDir Path host;

  private final List<String> ran = new CopyOnWriteArrayList<>();
  private final List<String> attached = new ArrayList<>();

  @BeforeEach
  void systemd() throws IOException {
    Files.createDirectories(host.resolve("run/systemd/system"));
  }

  @Test
  @DisplayName("rule 16: uninstalled, nothing of Braid's is left, and all of others' is")
  void uninstall() throws IOException {
    Path theirs = Files.createDirectories(host.resolve("etc/multipath/conf.d")).resolve("a.conf");
    Files.writeString(theirs, "defaults {}\n");
    List<Path> before = files();

    setup().ensure(Deadline.after(SOON));
    assertThat(files())
        .hasSize(before.size() + 5)
        .contains(
            host.resolve("etc/multipath/conf.d/braid.conf"),
            host.resolve("run/udev/rules.d/00-braid.rules"),
            host.resolve("run/systemd/system/braid-shutdown.service"));
    setup().remove(Deadline.after(SOON));
    setup().remove(Deadline.after(SOON));
    assertThat(files()).isEqualTo(before);
  }

  @Test
  @DisplayName("while a volume is attached nothing is removed, and what is attached is named")
  void inUse() {
    setup().ensure(Deadline.after(SOON));
    List<Path> before = files();
    attached.add("path 2:0:0:300 (sdb)");
    assertThatThrownBy(() -> setup().remove(Deadline.after(SOON)))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContainingAll("2:0:0:300 (sdb)", "kubectl drain");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  @DisplayName("rule 12: a start and an uninstall wait for each other, until the deadline")
  void oneAtATime() {
    try (var held = locks().exclusive(LockNames.HOST, "set up", Deadline.after(SOON))) {
      assertThatThrownBy(() -> setup().remove(Deadline.after(Duration.ofMillis(100))))
          .isInstanceOf(Busy.class);
      assertThatThrownBy(() -> setup().ensure(Deadline.after(Duration.ofMillis(100))))
          .isInstanceOf(Busy.class);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("rule 12: an uninstall waits for an attach, and for what one has left to go on")
  void attaching() {
    setup().ensure(Deadline.after(SOON));
    List<Path> before = files();
    try (var attach = setup().hold(Deadline.after(SOON));
        var another = setup().hold(Deadline.after(SOON))) {
      assertThatThrownBy(() -> setup().remove(Deadline.after(Duration.ofMillis(100))))
          .isInstanceOf(Busy.class)
          .hasMessageContaining("attach");
    }
    String target = LockNames.target(TARGET);
    try (var scan = locks().shared(target, "use the sessions", Deadline.after(SOON))) {
      assertThatThrownBy(() -> setup().remove(Deadline.after(Duration.ofMillis(100))))
          .isInstanceOf(Busy.class)
          .hasMessageContaining("use the sessions");
    }
    assertThat(files()).isEqualTo(before);
  }

  @Test
  @DisplayName("an attach that passed the gate before an uninstall is refused after it")
  void uninstalledMeanwhile() {
    setup().ensure(Deadline.after(SOON));
    setup().remove(Deadline.after(SOON));
    assertThatThrownBy(() -> setup().hold(Deadline.after(SOON)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("restart the node plugin");
    setup().ensure(Deadline.after(SOON));
    try (var held = setup().hold(Deadline.after(SOON))) {
      assertThatThrownBy(() -> setup().remove(Deadline.after(Duration.ofMillis(100))))
          .as("a refused attach holds nothing, this one does")
          .isInstanceOf(Busy.class);
    }
    setup().remove(Deadline.after(SOON));
  }

  @Test
  @DisplayName("rule 19: what cannot be set up is said, ends nothing, and is tried again")
  void triedAgain() throws IOException {
    Path another = Files.createDirectories(host.resolve("etc/multipath/conf.d"));
    Path conf = Files.writeString(another.resolve("braid.conf"), "devices {}\n");
    HostSetup setup = setup();
    setup.tryEnsure(Deadline.after(SOON));
    assertThat(setup.wrong()).singleElement().asString().contains(conf.toString());
    Files.delete(conf);
    setup.mend(Deadline.after(SOON));
    assertThat(setup.wrong()).isEmpty();
    assertThat(conf).exists();
  }

  @Test
  @DisplayName(
      "rule 5: while multipathd is silent, how long maps queue is not guessed anew, and it is tried"
          + " again")
  void silentMultipathd() throws IOException {
    setup().ensure(Deadline.after(SOON));
    Path conf = host.resolve("etc/multipath/conf.d/braid.conf");
    String tuned = Files.readString(conf).replaceAll("no_path_retry \\d+", "no_path_retry 120");
    assertThat(tuned).contains("no_path_retry 120");
    Files.writeString(conf, tuned);
    HostSetup setup = setup();
    setup.tryEnsure(Deadline.after(SOON));
    assertThat(conf).hasContent(tuned);
    assertThat(setup.wrong()).singleElement().asString().contains("does not tell its settings");
  }

  @Test
  @DisplayName(
      "F37: a multipathd with too much to do, as where a plugin starts amid attaches, is asked"
          + " again")
  void busyMultipathd() throws Exception {
    setup().ensure(Deadline.after(SOON));
    var asked = new AtomicInteger();
    try (var multipathd =
        multipathd(
            command ->
                asked.incrementAndGet() < 3 ? "timeout\n" : MultipathConfigTest.inForce(5))) {
      HostSetup setup = setup();
      setup.tryEnsure(Deadline.after(SOON));
      assertThat(setup.wrong()).isEmpty();
    }
    assertThat(asked).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout\n", "fail\n"})
  @DisplayName(
      "F37: also where it never tells, it is told to read what was written, or that is tried again")
  void tooBusyMultipathd(String no) throws Exception {
    var tooBusy = new AtomicBoolean(true);
    try (var multipathd =
        multipathd(
            command ->
                tooBusy.get()
                    ? no
                    : command.equals("reconfigure") ? "ok\n" : MultipathConfigTest.inForce(5))) {
      HostSetup setup = setup();
      setup.tryEnsure(Deadline.after(Duration.ofSeconds(2)));
      assertThat(multipathd.told).contains("show config", "reconfigure");
      assertThat(setup.wrong()).singleElement().asString().contains("was not told");
      tooBusy.set(false);
      multipathd.told.clear();
      setup.mend(Deadline.after(SOON));
      assertThat(setup.wrong()).isEmpty();
      assertThat(multipathd.told).as("whatever it has in force").contains("reconfigure");
    }
  }

  @Test
  @DisplayName(
      "rule 16: an uninstall that multipathd was too busy to hear of tells it when repeated")
  void uninstalledWhileBusy() throws Exception {
    setup().ensure(Deadline.after(SOON));
    var tooBusy = new AtomicBoolean(true);
    var inForce = new AtomicReference<>(MultipathConfigTest.inForce(5));
    try (var multipathd =
        multipathd(
            command -> {
              if (!command.equals("reconfigure")) {
                return inForce.get();
              }
              if (tooBusy.get()) {
                return "timeout\n";
              }
              inForce.set("defaults {\n}\n");
              return "ok\n";
            })) {
      assertThatThrownBy(() -> setup().remove(Deadline.after(SOON))).isInstanceOf(Busy.class);
      multipathd.told.clear();
      tooBusy.set(false);
      setup().remove(Deadline.after(SOON));
      assertThat(multipathd.told).containsOnlyOnce("reconfigure");
      setup().remove(Deadline.after(SOON));
      assertThat(multipathd.told).as("its settings are gone").containsOnlyOnce("reconfigure");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("F20: the kernel's modules are loaded with it, and not by the first attach")
  void modules() {
    setup().ensure(Deadline.after(SOON));
    assertThat(ran).containsOnlyOnce("modprobe");
  }

  private FakeMultipathd multipathd(UnaryOperator<String> answers) {
    return new FakeMultipathd(host.resolve("none")) {
      @Override
      String answer(String command) {
        super.answer(command);
        return answers.apply(command);
      }
    };
  }

  private HostSetup setup() {
    Exec exec =
        (argv, deadline) -> {
          ran.add(argv.get(0));
          return new Exec.Result(argv, 0, "", "");
        };
    var paths = HostPaths.of(host, host.resolve("state"), host.resolve("locks"));
    var steps = Steps.unobserved();
    var socket = new MultipathdSocket(host.resolve("none"), "/braid/test/nobody");
    return new HostSetup(
        locks(),
        new KernelModules(new Modules(host.resolve("sys")), new Modprobe(exec), steps),
        new UdevRules(host.resolve("run/udev"), steps),
        new MultipathConfig(host.resolve("etc/multipath"), socket, new Multipathd(socket), steps),
        new ShutdownUnit(paths, new Systemd(paths.units(), exec), new Systemctl(exec), steps),
        () -> List.of(TARGET),
        () -> attached);
  }

  private Locks locks() {
    return new FileLocks(host.resolve("locks"), Clock.systemUTC());
  }

  /** All but the locks, which stay: others may wait for them. */
  private List<Path> files() {
    try (var all = Files.walk(host)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.startsWith(host.resolve("locks")))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
