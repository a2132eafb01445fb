package dev.braid.e2e.stack;

import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.LabProcess;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The controller, a process of this host in the lab's network: it runs on no machine of the SAN.
 */
public final class Controller {

  private final Lab lab;
  private final Path folder;
  private final Certificates certificates;
  private final CsiClient client;
  private @Nullable LabProcess process;

  Controller(Lab lab, Certificates certificates) {
    this.lab = lab;
    this.certificates = certificates;
    this.folder = lab.folder().resolve("controller");
    this.client = new CsiClient(socket());
  }

  private Path socket() {
    return folder.resolve("csi.sock");
  }

  /** Where its steps are recorded and where a kill is asked for. */
  public Path killPoints() {
    return folder.resolve("kill-points");
  }

  public CsiClient client() {
    return client;
  }

  /** Starts it if it is not running; returns when it answers. */
  public void start() {
    if (!isRunning()) {
      start(certificates);
    }
  }

  public void restart() {
    kill();
    start(certificates);
  }

  /** With a certificate that another CA signed, who trusts the heads all the same. */
  public void restartWithStrangersCertificate() {
    kill();
    start(certificates.withStranger(folder.resolve("stranger")));
  }

  private void start(Certificates certificates) {
    var environment = new LinkedHashMap<String, String>();
    environment.put("BRAID_ENDPOINT", "unix://" + socket());
    environment.put("BRAID_TOPOLOGY_FILE", folder.resolve("topology.yaml").toString());
    environment.put("BRAID_KILL_POINT_FOLDER", killPoints().toString());
    environment.putAll(Certificates.settings(certificates.folder(), Certificates.CONTROLLER));
    try {
      Files.createDirectories(killPoints());
      Files.writeString(folder.resolve("topology.yaml"), topology());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process =
        lab.startInNetwork(
            Programs.script("csi-controller", "braid-controller"),
            environment,
            folder.resolve("log"));
    client.awaitReady();
  }

  private String topology() {
    var text = new StringBuilder();
    text.append("heads:\n- name: san1\n  address: ").append(lab.san1().address()).append(":9650\n");
    text.append("pools:\n- name: ").append(Head.POOL).append("\n  head: san1\n");
    text.append("nodes:\n");
    for (Machine node : new Machine[] {lab.node1(), lab.node2()}) {
      text.append("- name: ").append(node.name()).append("\n  initiator: ").append(node.iqn());
      text.append('\n');
    }
    return text.toString();
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** {@code kill -9}. */
  public void kill() {
    if (process != null) {
      process.kill();
    }
  }

  /** Waits for the end that a kill point brings. */
  public void awaitEnd() {
    if (process != null) {
      process.awaitEnd();
    }
  }

  KillPoints.Program program() {
    Path recorded = killPoints().resolve("recorded");
    return new KillPoints.Program() {
      @Override
      public List<String> recorded() {
        try {
          return Files.exists(recorded) ? Files.readAllLines(recorded) : List.of();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public void killAt(String point) {
        try {
          Files.writeString(killPoints().resolve("kill"), point + "\n");
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public boolean isRunning() {
        return Controller.this.isRunning();
      }

      @Override
      public void awaitEnd() {
        Controller.this.awaitEnd();
      }

      @Override
      public void restart() {
        kill();
        awaitEnd();
        try {
          Files.deleteIfExists(recorded);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        Controller.this.restart();
      }
    };
  }

  void stop() {
    client.close();
    kill();
  }
}
