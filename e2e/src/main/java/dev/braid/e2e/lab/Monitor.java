package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * QEMU's machine protocol. Connects for each command: the monitor serves one client at a time, and
 * a lab may be used by one process after another.
 */
final class Monitor {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path socket;

  Monitor(Path socket) {
    this.socket = socket;
  }

  /** Moves the carrier of a card: the machine sees the cable go or come back. */
  void link(String card, boolean up) {
    command(
        "{\"execute\":\"set_link\",\"arguments\":{\"name\":\"" + card + "\",\"up\":" + up + "}}");
  }

  /** Halts every processor at once; what a disk was told so far is carried out. */
  void stop() {
    command("{\"execute\":\"stop\"}");
  }

  /**
   * From now on a reset is a reboot; before, it ended the machine, as only a failed start does it.
   */
  void rebootOnReset() {
    command("{\"execute\":\"set-action\",\"arguments\":{\"reboot\":\"reset\"}}");
  }

  /** Plugs a disk into its slot while the machine runs. */
  void plug(HotDisk disk, Path file) {
    command(
        String.format(
            "{'execute':'blockdev-add','arguments':{'node-name':'%s','driver':'qcow2',"
                + "'discard':'unmap','cache':{'no-flush':true},"
                + "'file':{'driver':'file','filename':'%s'}}}",
            disk.serial(), file));
    command(
        String.format(
            "{'execute':'device_add','arguments':{'driver':'virtio-blk-pci','id':'%s',"
                + "'drive':'%s','serial':'%s','bus':'%s'}}",
            "dev-" + disk.serial(), disk.serial(), disk.serial(), disk.slot()));
  }

  void quit() {
    command("{\"execute\":\"quit\"}");
  }

  private void command(String json) {
    try (LineSocket line = LineSocket.connect(socket)) {
      ask(line, "{\"execute\":\"qmp_capabilities\"}");
      ask(line, json);
    } catch (IOException e) {
      throw new LabException("QEMU's monitor " + socket + ": " + json, e);
    }
  }

  private void ask(LineSocket socketLine, String json) throws IOException {
    socketLine.send(json);
    while (true) {
      String answer =
          socketLine
              .line(PATIENCE)
              .orElseThrow(() -> new LabException(socket + " did not answer " + json));
      // Greeting and events have neither.
      if (answer.startsWith("{\"return\"")) {
        return;
      }
      if (answer.startsWith("{\"error\"")) {
        throw new LabException(socket + " refused " + json + ": " + answer);
      }
    }
  }
}
