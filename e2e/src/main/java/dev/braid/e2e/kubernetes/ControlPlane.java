package dev.braid.e2e.kubernetes;

import dev.braid.base.Deadline;
import dev.braid.cli.certs.CertificateAuthority;
import dev.braid.cli.certs.Role;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.stack.Wait;
import dev.braid.linux.exec.HostExec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** etcd, API server, controller manager and scheduler. */
public final class ControlPlane {

  static final int PORT = 6443;
  static final String SERVICES = "10.79.0.0/16";

  /** The first of {@link #SERVICES}: where pods find the API server. */
  static final String SERVICE_ADDRESS = "10.79.0.1";

  private static final Duration READY = Duration.ofSeconds(180);
  private static final Duration VALIDITY = Duration.ofDays(30);
  private static final String SERVER = "kube-apiserver";
  private static final String SERVER_AS_CLIENT = "kube-apiserver-client";
  private static final String SERVICE_ACCOUNTS = "service-accounts";
  private static final String CONTROLLER_MANAGER = "kube-controller-manager";
  private static final String SCHEDULER = "kube-scheduler";

  private final Lab lab;
  private final Tools tools;
  private final Path folder;

  ControlPlane(Lab lab, Tools tools, Path folder) {
    this.lab = lab;
    this.tools = tools;
    this.folder = folder;
  }

  /** Makes all that it needs, starts it; returns when the API server says that it is ready. */
  void begin(List<Machine> nodes) throws IOException {
    // What an attempt that failed has left running knows other tokens.
    all().forEach(Component::kill);
    CertificateAuthority authority = authority();
    String fromHost = lab.addressFromHost();
    authority.issue(
        Role.HEAD,
        SERVER,
        List.of(
            lab.hostAddress(),
            fromHost,
            SERVICE_ADDRESS,
            "127.0.0.1",
            "kubernetes.default.svc",
            "kubernetes.default",
            "kubernetes"),
        VALIDITY,
        true);
    authority.issue(Role.CLIENT, SERVER_AS_CLIENT, List.of(), VALIDITY, true);
    // No certificate is wanted of it, only a pair of keys.
    authority.issue(Role.CLIENT, SERVICE_ACCOUNTS, List.of(), VALIDITY, true);

    var everybody = new LinkedHashMap<Path, Identity>();
    everybody.put(kubeconfig("admin"), Identity.of("admin", "system:masters"));
    everybody.put(kubeconfig(CONTROLLER_MANAGER), Identity.of("system:" + CONTROLLER_MANAGER));
    everybody.put(kubeconfig(SCHEDULER), Identity.of("system:" + SCHEDULER));
    everybody.put(kubeconfig("kube-proxy"), Identity.of("system:kube-proxy"));
    for (Machine node : nodes) {
      everybody.put(kubeconfig(node.name()), Identity.ofKubelet(node.name()));
      authority.issue(Role.HEAD, node.name(), List.of(node.address()), VALIDITY, true);
    }
    byte[] ca = Files.readAllBytes(authority.certificateFile());
    var tokens = new StringBuilder();
    for (Map.Entry<Path, Identity> entry : everybody.entrySet()) {
      boolean admin = entry.getKey().equals(kubeconfig("admin"));
      String server = "https://" + (admin ? fromHost : lab.hostAddress()) + ":" + PORT;
      secret(entry.getKey(), entry.getValue().kubeconfig(server, ca));
      tokens.append(entry.getValue().line());
    }
    secret(folder.resolve("tokens.csv"), tokens.toString());
    start();
  }

  /** Starts what does not run; returns when the API server says that it is ready. */
  public void start() {
    etcd().start();
    apiServer().start();
    awaitReady();
    // They give up at their start where there is no API server yet.
    controllerManager().start();
    scheduler().start();
  }

  /** Returns when the API server says that it is ready. */
  public void awaitReady() {
    var argv =
        List.of(
            tools.program("kubectl").toString(),
            "--kubeconfig=" + kubeconfig("admin"),
            "--request-timeout=5s",
            "get",
            "--raw=/readyz");
    Wait.until(
        "the API server is ready, see " + apiServer().log(),
        READY,
        () -> new HostExec().run(argv, Deadline.after(Duration.ofSeconds(20))).ok());
  }

  List<Component> all() {
    return List.of(etcd(), apiServer(), controllerManager(), scheduler());
  }

  public Component etcd() {
    return component(
        Path.of("etcd"),
        "etcd",
        "--data-dir=" + folder.resolve("etcd"),
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--initial-advertise-peer-urls=http://127.0.0.1:2380",
        "--initial-cluster=default=http://127.0.0.1:2380",
        // Nothing of it has to outlive this host.
        "--unsafe-no-fsync");
  }

  public Component apiServer() {
    return component(
        SERVER,
        "--etcd-servers=http://127.0.0.1:2379",
        "--secure-port=" + PORT,
        "--bind-address=0.0.0.0",
        "--advertise-address=" + lab.hostAddress(),
        "--external-hostname=" + lab.hostAddress(),
        "--cert-dir=" + folder.resolve("made-by-itself"),
        "--tls-cert-file=" + certificate(SERVER),
        "--tls-private-key-file=" + key(SERVER),
        "--client-ca-file=" + folder.resolve("ca.pem"),
        "--token-auth-file=" + folder.resolve("tokens.csv"),
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-signing-key-file=" + key(SERVICE_ACCOUNTS),
        "--service-account-key-file=" + certificate(SERVICE_ACCOUNTS),
        "--service-cluster-ip-range=" + SERVICES,
        "--kubelet-client-certificate=" + certificate(SERVER_AS_CLIENT),
        "--kubelet-client-key=" + key(SERVER_AS_CLIENT),
        "--kubelet-certificate-authority=" + folder.resolve("ca.pem"),
        "--kubelet-preferred-address-types=InternalIP",
        "--allow-privileged=true",
        "--profiling=false");
  }

  public Component controllerManager() {
    return component(
        CONTROLLER_MANAGER,
        "--kubeconfig=" + kubeconfig(CONTROLLER_MANAGER),
        "--authentication-kubeconfig=" + kubeconfig(CONTROLLER_MANAGER),
        "--authorization-kubeconfig=" + kubeconfig(CONTROLLER_MANAGER),
        "--cert-dir=" + folder.resolve("made-by-itself"),
        "--bind-address=127.0.0.1",
        "--service-account-private-key-file=" + key(SERVICE_ACCOUNTS),
        "--root-ca-file=" + folder.resolve("ca.pem"),
        "--use-service-account-credentials=true",
        // Half its patience with a silent node: kubelets here report every four seconds.
        "--node-monitor-grace-period=25s",
        // How soon it sees that an administrator has removed an attachment.
        "--attach-detach-reconcile-sync-period=5s",
        "--leader-elect=false",
        "--profiling=false");
  }

  public Component scheduler() {
    return component(
        SCHEDULER,
        "--kubeconfig=" + kubeconfig(SCHEDULER),
        "--authentication-kubeconfig=" + kubeconfig(SCHEDULER),
        "--authorization-kubeconfig=" + kubeconfig(SCHEDULER),
        "--cert-dir=" + folder.resolve("made-by-itself"),
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--profiling=false");
  }

  Path kubeconfig(String of) {
    return folder.resolve(of + ".kubeconfig");
  }

  Path certificate(String of) {
    return folder.resolve(of + ".pem");
  }

  Path key(String of) {
    return folder.resolve(of + ".key");
  }

  Path caFile() {
    return folder.resolve("ca.pem");
  }

  private CertificateAuthority authority() {
    return CertificateAuthority.in(folder, Clock.systemUTC());
  }

  private Component component(String name, String... arguments) {
    return component(tools.program(name), name, arguments);
  }

  private Component component(Path program, String name, String... arguments) {
    var argv = new ArrayList<>(List.of(program.toString()));
    argv.addAll(List.of(arguments));
    return new Component(lab, folder, name, argv);
  }

  private static void secret(Path file, String content) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, content);
  }
}
