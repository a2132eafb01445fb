package dev.braid.linux.sysfs;

import dev.braid.linux.scsi.DeviceIdentification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The SCSI devices of this machine. Reads only; keeps nothing. */
public final class ScsiDevices {

  private static final int SECTOR = 512;

  private final Path sysfs;
  private final Path bus;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public ScsiDevices(Path sysfs) {
    this.sysfs = sysfs;
    this.bus = sysfs.resolve("bus/scsi/devices");
  }

  public List<Hctl> addresses() {
    return Attributes.namesOrFail(bus).stream().map(Hctl::parse).flatMap(Optional::stream).toList();
  }

  /** The devices at the addresses that are asked for, so that others cost one name each. */
  public List<ScsiDevice> find(Predicate<Hctl> wanted) {
    return addresses().stream().filter(wanted).map(this::at).flatMap(Optional::stream).toList();
  }

  /** What is at an address; empty if nothing is. */
  public Optional<ScsiDevice> at(Hctl address) {
    Path folder = folder(address);
    Optional<String> state = Attributes.text(folder.resolve("state"));
    if (state.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> block = block(address);
    return Optional.of(
        new ScsiDevice(
            address,
            Attributes.text(folder.resolve("vendor")).orElse(""),
            Attributes.text(folder.resolve("model")).orElse(""),
            state.get(),
            block,
            sg(address),
            block.isEmpty()
                ? 0
                : SECTOR
                    * Attributes.number(folder.resolve("block/" + block.get() + "/size")).orElse(0),
            kept(address)));
  }

  /** {@link ScsiDevice#block} alone. */
  public Optional<String> block(Hctl address) {
    return only(folder(address).resolve("block"));
  }

  /** {@link ScsiDevice#sg} alone. */
  public Optional<String> sg(Hctl address) {
    return only(folder(address).resolve("scsi_generic"));
  }

  /** {@link ScsiDevice#kept} alone, for one who looks through many. */
  public Optional<String> kept(Hctl address) {
    return Attributes.bytes(folder(address).resolve("vpd_pg83"))
        .flatMap(DeviceIdentification::parse)
        .flatMap(DeviceIdentification::wwidText);
  }

  /** The SCSI device behind a block device's name; empty if there is none, or it is no SCSI one. */
  public Optional<ScsiDevice> ofBlock(String name) {
    return Attributes.link(sysfs.resolve("class/block/" + name + "/device"))
        .flatMap(p -> Hctl.parse(String.valueOf(p.getFileName())))
        .flatMap(this::at);
  }

  public boolean exists(Hctl address) {
    return Files.exists(folder(address));
  }

  private Path folder(Hctl address) {
    return bus.resolve(address.toString());
  }

  private static Optional<String> only(Path folder) {
    return Attributes.names(folder).stream().findFirst();
  }
}
