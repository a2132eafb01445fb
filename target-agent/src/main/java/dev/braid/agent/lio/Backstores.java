package dev.braid.agent.lio;

import dev.braid.agent.book.Volume;
import dev.braid.base.Inquiry;
import dev.braid.base.Serial;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.Configfs;
import dev.braid.linux.configfs.change.ConfigfsChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@code iblock} backstores: a block device with the identity of a volume. */
public final class Backstores {

  private static final Logger log = LoggerFactory.getLogger(Backstores.class);

  private final Configfs configfs;
  private final ConfigfsChange change;
  private final Steps steps;

  public Backstores(Configfs configfs, ConfigfsChange change, Steps steps) {
    this.configfs = configfs;
    this.change = change;
    this.steps = steps;
  }

  /** Whether somebody has an {@code iblock_N} with something in it. */
  public boolean hbaTaken(int n) {
    return !backstoresOf("core/iblock_" + n).isEmpty();
  }

  /** The device behind a volume's backstore, if there is one and it is in use. */
  public Optional<Path> device(Volume volume) {
    String backstore = path(volume);
    return enabled(backstore)
        ? configfs.read(backstore + "/udev_path").map(Path::of)
        : Optional.empty();
  }

  /**
   * Makes a volume's backstore, or what it lacks.
   *
   * @throws WrongDevice if there is one of its name over another device
   */
  public void ensure(Volume volume, Path device) {
    String backstore = path(volume);
    if (!configfs.isFolder(hba(volume))) {
      steps.run("make HBA", step -> change.mkdir(step, hba(volume)));
    }
    if (!configfs.isFolder(backstore)) {
      steps.run("make backstore", step -> change.mkdir(step, backstore));
    }
    if (!enabled(backstore)) {
      steps.run(
          "set backstore device",
          step -> change.write(step, backstore + "/control", "udev_path=" + device));
      steps.run(
          "name backstore device",
          step -> change.write(step, backstore + "/udev_path", device.toString()));
      steps.run("enable backstore", step -> change.write(step, backstore + "/enable", "1"));
    }
    if (!device(volume).equals(Optional.of(device))) {
      throw new WrongDevice("backstore " + backstore + " is there, and not over " + device);
    }
    identify(backstore, volume.serial());
    allowDiscard(backstore);
  }

  /** Enabling sets LIO's own words for these, so they come after it. */
  private void identify(String backstore, Serial serial) {
    String wwn = backstore + "/wwn";
    if (!read(wwn + "/vpd_unit_serial").endsWith(": " + serial)) {
      steps.run(
          "set serial", step -> change.write(step, wwn + "/vpd_unit_serial", serial.digits()));
    }
    if (!read(wwn + "/product_id").equals(Inquiry.PRODUCT)) {
      steps.run("set product", step -> change.write(step, wwn + "/product_id", Inquiry.PRODUCT));
    }
  }

  /** The write cache needs no setting: LIO takes it from the device, truthfully. */
  private void allowDiscard(String backstore) {
    String attribute = backstore + "/attrib/emulate_tpu";
    if (read(attribute).equals("1")) {
      return;
    }
    try {
      steps.run("allow discard", step -> change.write(step, attribute, "1"));
    } catch (KernelRefused e) {
      log.info("no discard on {}: its device has none ({})", backstore, e.getMessage());
    }
  }

  /** Removes a volume's backstore; its LUNs are gone. */
  public void remove(Volume volume) {
    if (configfs.isFolder(path(volume))) {
      steps.run("remove backstore", step -> change.rmdir(step, path(volume)));
    }
    if (configfs.isFolder(hba(volume)) && backstoresOf(hba(volume)).isEmpty()) {
      steps.run("remove HBA", step -> change.rmdir(step, hba(volume)));
    }
  }

  String path(Volume volume) {
    return hba(volume) + "/braid_" + volume.serial();
  }

  private static String hba(Volume volume) {
    return "core/iblock_" + volume.hba();
  }

  private List<String> backstoresOf(String hba) {
    return configfs.folders(hba);
  }

  private boolean enabled(String backstore) {
    return read(backstore + "/enable").equals("1");
  }

  private String read(String attribute) {
    return configfs.read(attribute).orElse("");
  }
}
