package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What runs the machines' processors. An emulated machine is quicker with one: no atomics. */
enum Accelerator {
  KVM(List.of("-accel", "kvm", "-cpu", "host", "-smp", "2"), "KVM"),
  TCG(List.of("-accel", "tcg", "-cpu", "max", "-smp", "1"), "software emulation (no usable KVM)");

  private static final Path DEVICE = Path.of("/dev/kvm");

  /** A kernel without a root disk panics within two seconds, even in software emulation. */
  private static final Duration PROBE = Duration.ofSeconds(15);

  private final List<String> arguments;
  private final String description;

  Accelerator(List<String> arguments, String description) {
    this.arguments = arguments;
    this.description = description;
  }

  List<String> arguments() {
    return arguments;
  }

  String description() {
    return description;
  }

  /**
   * KVM where it works. That it opens proves nothing: on some hosts the guest then never boots. So
   * the lab's own kernel is booted once, and the answer kept until this host boots again.
   */
  static Accelerator find(Image image) {
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      return TCG;
    }
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      Path answer = image.cache().resolve("accelerator");
      if (Files.exists(answer)) {
        String[] known = Files.readString(answer).strip().split(" ");
        if (known.length == 2 && known[0].equals(boot)) {
          return valueOf(known[1]);
        }
      }
      Accelerator found =
          Progress.during("lab: does KVM work here", () -> boots(image) ? KVM : TCG);
      Path draft = Files.createTempFile(image.cache(), "accelerator", ".new");
      Files.writeString(draft, boot + " " + found.name() + "\n");
      Files.move(draft, answer, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      return found;
    } catch (IOException e) {
      throw new LabException("cannot find out whether KVM works", e);
    }
  }

  private static boolean boots(Image image) throws IOException {
    Path console = Files.createTempFile("braid-kvm", ".log");
    try {
      List<String> probe =
          List.of(
              "timeout",
              "--signal=KILL",
              String.valueOf(PROBE.toSeconds()),
              "qemu-system-x86_64",
              "-accel",
              "kvm",
              "-cpu",
              "host",
              "-m",
              "256",
              "-kernel",
              image.kernel().toString(),
              "-append",
              "console=ttyS0 panic=-1",
              "-no-reboot",
              "-nodefaults",
              "-display",
              "none",
              "-serial",
              "file:" + console);
      HostProcess.run(PROBE.plusSeconds(5), probe);
      return Files.readString(console, java.nio.charset.StandardCharsets.ISO_8859_1)
          .contains("Unable to mount root fs");
    } finally {
      Files.deleteIfExists(console);
    }
  }
}
