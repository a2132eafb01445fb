package dev.braid.agent;

import static dev.braid.agent.World.NODE1;
import static dev.braid.agent.World.TARGET;

import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.KernelConfigfs;
import dev.braid.linux.configfs.change.KernelConfigfsChange;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.loop.change.KernelLoopChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * {@link KillPointsTest} on a real kernel, for a person with a head to spare: {@code java -cp
 * LIBRARIES:TEST-CLASSES dev.braid.agent.KillPointsOnKernel FOLDER}. The "kill" ends the call and
 * not the process, so it takes seconds; the lab's own test kills the process.
 */
final class KillPointsOnKernel {

  private static final Path ROOT = Path.of("/sys/kernel/config/target");
  private static final KernelConfigfs CONFIGFS = new KernelConfigfs(ROOT);
  private static final KernelConfigfsChange CHANGE = new KernelConfigfsChange(ROOT);
  private static final List<Portal> PORTALS =
      List.of(Portal.parse("127.0.0.1:13260,1"), Portal.parse("127.0.0.1:13261,2"));
  private static final List<String> TELLING =
      List.of(
          "enable",
          "udev_path",
          "vpd_unit_serial",
          "product_id",
          "emulate_tpu",
          "write_protect",
          "authentication",
          "generate_node_acls",
          "demo_mode_discovery",
          "indx");

  private static int worlds;

  private KillPointsOnKernel() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]).toAbsolutePath();
    Consumer<World> create = world -> world.create("new");
    Consumer<World> publish = create.andThen(world -> world.publish(serial(world)));
    Consumer<World> attest =
        publish.andThen(
            world ->
                world
                    .agent()
                    .attest()
                    .attest(
                        serial(world),
                        NODE1,
                        world.book().publication(serial(world), NODE1).orElseThrow().generation()));
    run("create", folder, world -> {}, create);
    run("publish", folder, create, world -> world.publish(serial(world)));
    run("unpublish, attested", folder, attest, world -> world.unpublish(serial(world)));
    run("unpublish, fencing", folder, publish, world -> world.unpublish(serial(world)));
    run(
        "delete",
        folder,
        create,
        world -> world.book().volumeNamed("new").ifPresent(v -> world.delete(v.serial())));
    run(
        "restore after a reboot",
        folder,
        publish.andThen(KillPointsOnKernel::reboot),
        World::restart);
    System.out.println("left: " + configfs());
  }

  private static void run(String verb, Path folder, Consumer<World> before, Consumer<World> call) {
    long start = System.nanoTime();
    int steps =
        new KillPoints(() -> fresh(folder), world -> world.picture(configfs()))
            .everyStep(before, call, world -> {});
    clear();
    System.out.printf(
        "%s: killed before and after each of %d steps, %d s%n",
        verb, steps, (System.nanoTime() - start) / 1_000_000_000);
  }

  private static World fresh(Path folder) {
    clear();
    var loops = new Loops(Path.of("/sys/block"));
    var kernel = new Agent.Kernel(CONFIGFS, CHANGE, loops, new KernelLoopChange(loops));
    var world = new World(folder.resolve("world" + worlds++), kernel, PORTALS);
    world.agent().restore().restore();
    return KillPoints.withBystander(world);
  }

  private static Serial serial(World world) {
    return world.book().volumeNamed("new").orElseThrow().serial();
  }

  private static void reboot(World world) {
    world.stop();
    clear();
  }

  /** Everything of our name goes, as with the power. */
  private static void clear() {
    Steps.unobserved().run("clear", KillPointsOnKernel::clear);
  }

  private static void clear(Step step) {
    String target = "iscsi/" + TARGET;
    for (String group : CONFIGFS.folders(target)) {
      if (!group.startsWith("tpgt_")) {
        continue;
      }
      String path = target + "/" + group;
      for (String acl : CONFIGFS.folders(path + "/acls")) {
        for (String lun : CONFIGFS.folders(path + "/acls/" + acl)) {
          if (lun.startsWith("lun_")) {
            remove(step, path + "/acls/" + acl + "/" + lun);
          }
        }
        remove(step, path + "/acls/" + acl);
      }
      CONFIGFS.folders(path + "/lun").forEach(lun -> remove(step, path + "/lun/" + lun));
      CONFIGFS.folders(path + "/np").forEach(np -> remove(step, path + "/np/" + np));
      remove(step, path);
    }
    remove(step, target);
    for (String hba : CONFIGFS.folders("core")) {
      for (String backstore : CONFIGFS.folders("core/" + hba)) {
        if (backstore.startsWith("braid_")) {
          remove(step, "core/" + hba + "/" + backstore);
          remove(step, "core/" + hba);
        }
      }
    }
    var loops = new Loops(Path.of("/sys/block"));
    loops.all().stream()
        .filter(loop -> loop.file().toString().contains("/world"))
        .forEach(loop -> new KernelLoopChange(loops).detach(step, loop));
  }

  private static void remove(Step step, String path) {
    CONFIGFS.links(path).keySet().forEach(link -> CHANGE.unlink(step, path + "/" + link));
    CHANGE.rmdir(step, path);
  }

  private static String configfs() {
    var lines = new TreeSet<String>();
    for (Path part : List.of(ROOT.resolve("core"), ROOT.resolve("iscsi/" + TARGET))) {
      if (!Files.exists(part)) {
        continue;
      }
      try (Stream<Path> tree = Files.walk(part)) {
        tree.forEach(path -> lines.add(line(path)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    lines.remove("");
    return String.join("\n", lines);
  }

  private static String line(Path path) {
    String name = ROOT.relativize(path).toString();
    if (Files.isSymbolicLink(path)) {
      String folder = String.valueOf(path.getParent()).substring(ROOT.toString().length() + 1);
      return name + " -> " + CONFIGFS.links(folder).get(String.valueOf(path.getFileName()));
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return name.contains("statistics") ? "" : name + "/";
    }
    boolean telling = TELLING.contains(String.valueOf(path.getFileName()));
    return telling && !name.matches(".*/scsi_(tgt_port|transport|att_intr_port|auth_intr)/.*")
        ? name + " = " + CONFIGFS.read(name).orElse("")
        : "";
  }
}
