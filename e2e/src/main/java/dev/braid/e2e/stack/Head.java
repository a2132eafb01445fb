package dev.braid.e2e.stack;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.NodeName;
import dev.braid.base.Portal;
import dev.braid.base.VolumeId;
import dev.braid.base.error.NotFound;
import dev.braid.base.step.Steps;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.HeadAddress;
import dev.braid.rpc.HeadClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The agent of {@code san1}, as a service there, and a client of it in Kubernetes' place. */
public final class Head implements AutoCloseable {

  public static final String POOL = "lab";
  public static final String TARGET = "iqn.2026-11.dev.braid.lab:pool-lab";
  public static final String POOL_FOLDER = "/srv/braid";
  public static final int PORT = 9650;

  private static final String CERTIFICATES = "/etc/braid/tls";
  private static final VolumeId NO_VOLUME = VolumeId.parse(POOL + "/0000000000000000000000000");
  private static final Duration CALL = Duration.ofSeconds(60);

  private final Service service;
  private final Certificates certificates;
  private final HeadClient client;
  private final Steps steps = Steps.unobserved();

  public Head(Machine machine, Certificates certificates) {
    this(
        machine,
        certificates,
        List.of(
            new Portal(machine.address(SanNetwork.A), Portal.DEFAULT_PORT, 1),
            new Portal(machine.address(SanNetwork.B), Portal.DEFAULT_PORT, 2)));
  }

  public Head(Machine machine, Certificates certificates, List<Portal> portals) {
    this.certificates = certificates;
    var settings = new LinkedHashMap<String, String>();
    settings.put("BRAID_POOL", POOL);
    settings.put("BRAID_POOL_FOLDER", POOL_FOLDER);
    settings.put("BRAID_TARGET_IQN", TARGET);
    settings.put(
        "BRAID_PORTALS", portals.stream().map(Portal::toString).collect(Collectors.joining(" ")));
    settings.put("BRAID_LISTEN", "0.0.0.0:" + PORT);
    settings.put("BRAID_KILL_POINT_FOLDER", Node.KILL_POINTS);
    settings.putAll(Certificates.settings(Path.of(CERTIFICATES), machine.name()));
    service = new Service(machine, "braid-agent", "/etc/braid/agent.env", Map.copyOf(settings));
    client =
        new HeadClient(
            new HeadAddress(
                machine.name(), new Endpoint.Unix(machine.forwardTcp(PORT)), machine.name()),
            certificates.files(Certificates.CONTROLLER));
  }

  public Service service() {
    return service;
  }

  /**
   * What the agent itself is asked in these tests, by a client with the controller's certificate.
   */
  public HeadClient client() {
    return client;
  }

  /** Brings its certificates and starts it; returns when it answers. */
  public void start() {
    certificates.install(service.machine(), CERTIFICATES, service.machine().name());
    if (!service.machine().exec("test -s " + POOL_FOLDER + "/book.db").ok()) {
      service.runOnce("/opt/braid/target-agent/bin/braid-agent init");
    }
    service.start();
    Wait.until(
        "the agent answers",
        Duration.ofSeconds(240),
        () -> {
          try {
            client.getVolume(NO_VOLUME, Deadline.after(Duration.ofSeconds(5)));
          } catch (NotFound answers) {
            return true;
          }
          return false;
        });
  }

  public void attest(VolumeId volume, String node, Generation generation, BootId boot) {
    steps.run(
        "attest",
        step ->
            client.attest(
                step, volume, new NodeName(node), generation, boot, Deadline.after(CALL)));
  }

  /**
   * Has the next volume get this LUN number, which must be free, against the rotation of rule 8: by
   * the book's cursor, which the agent reads anew for each volume.
   */
  public void nextLunIs(int lun) {
    service
        .machine()
        .run(
            "sqlite3 -cmd '.timeout 5000' "
                + POOL_FOLDER
                + "/book.db 'UPDATE pool SET last_lun = "
                + (lun - 1)
                + "'");
  }

  /** Removes the pool's volumes and its book, once the machine is anew and serves nothing. */
  void forgetAll() {
    service.machine().run("rm -rf " + POOL_FOLDER + "/*");
  }

  @Override
  public void close() {
    client.close();
  }
}
