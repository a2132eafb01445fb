package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.pool.change.Images;
import dev.braid.base.Deadline;
import dev.braid.base.Repeater;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Refused;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.KillPoint;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.KernelConfigfs;
import dev.braid.linux.configfs.change.KernelConfigfsChange;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.loop.change.KernelLoopChange;
import dev.braid.rpc.CallSteps;
import dev.braid.rpc.RpcServer;
import dev.braid.rpc.StepLog;
import dev.braid.rpc.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one head: {@code braid-agent init} begins a new pool's book and ends, without
 * arguments it serves. It ends on SIGTERM, or at any moment; the kernel goes on serving without it.
 */
public final class Main {

  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** How long an agent that is being replaced may take to let go of the pool. */
  private static final Duration HANDOVER = Duration.ofSeconds(20);

  /** How soon a file that an administrator changed is in force. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    try {
      if (args.length == 0) {
        serve();
      } else if (List.of(args).equals(List.of("init"))) {
        init();
      } else {
        log.error("usage: braid-agent [init]; settings come from the environment");
        System.exit(2);
      }
    } catch (BraidException e) {
      log.error("the agent cannot start: {}", e.messageAndCause());
      log.debug("the agent cannot start", e);
      System.exit(1);
    }
  }

  private static void init() {
    Settings settings = Settings.read(System.getenv(), AgentSettings.ALL);
    Path folder = real(settings.get(AgentSettings.POOL_FOLDER));
    var pool = settings.get(AgentSettings.POOL);
    var target = settings.get(AgentSettings.TARGET);
    var steps = new Steps(List.of());
    Path file = folder.resolve("book.db");
    boolean known = Files.exists(file);
    steps.run("make book", step -> new Images(folder).makeEmpty(step, file));
    steps.run("begin book", step -> Book.begin(step, file, pool, target));
    log.info(
        "pool {}: {} {}", pool, known ? "its book was there already," : "began its book,", file);
  }

  private static void serve() throws InterruptedException {
    Settings settings = Settings.read(System.getenv(), AgentSettings.ALL);
    settings.lines().forEach(log::info);
    var tls = TlsFiles.of(settings);
    Path folder = real(settings.get(AgentSettings.POOL_FOLDER));
    Path configfs = settings.get(AgentSettings.CONFIGFS);
    requireLio(configfs);
    var callSteps = new CallSteps();
    var steps = new Steps(observers(settings, callSteps));

    // Held until this process ends, however it ends (rule 13).
    var pool = settings.get(AgentSettings.POOL);
    new FileLocks(folder, Clock.systemUTC())
        .exclusive("pool-" + pool, "serve the pool", Deadline.after(HANDOVER));

    var target = settings.get(AgentSettings.TARGET);
    Path file = folder.resolve("book.db");
    var book = steps.call("open book", step -> Book.open(step, file, pool, target));

    var chap = settings.get(AgentSettings.CHAP_FOLDER).map(ChapFolder::new);
    var loops = new Loops(Path.of("/sys/block"));
    var agent =
        Agent.over(
            pool,
            folder,
            target,
            settings.get(AgentSettings.PORTALS),
            chap,
            book,
            new Agent.Kernel(
                new KernelConfigfs(configfs),
                new KernelConfigfsChange(configfs),
                loops,
                new KernelLoopChange(loops)),
            steps,
            Clock.systemUTC(),
            new SecureRandom());
    agent.restore().restore();
    log.info("target {} serves {} volumes", target, book.volumes().size());
    Optional<Repeater> credentials =
        chap.map(on -> Repeater.every(LOOK, "CHAP credentials", agent.chapWatch()::look));

    var server =
        RpcServer.onTcp(
            settings.get(AgentSettings.LISTEN), tls, List.of(new TargetService(agent)), callSteps);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  credentials.ifPresent(Repeater::close);
                  book.close();
                },
                "stop"));
    server.awaitEnd();
  }

  private static List<StepObserver> observers(Settings settings, CallSteps callSteps) {
    var observers = new ArrayList<StepObserver>(List.of(new StepLog(), callSteps));
    settings
        .get(AgentSettings.KILL_POINT_FOLDER)
        .ifPresent(folder -> observers.add(new KillPoint(folder, Posix::killSelf)));
    return observers;
  }

  /** Without links in it, as the kernel names files behind loop devices. */
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new Refused(
          "the pool's folder " + folder + " is not there: make it, or mount its file system", e);
    }
  }

  private static void requireLio(Path configfs) {
    if (!Files.isDirectory(configfs)) {
      throw new Refused(
          configfs
              + " is not there: load the modules target_core_mod, target_core_iblock,"
              + " iscsi_target_mod and loop, and mount configfs");
    }
  }
}
