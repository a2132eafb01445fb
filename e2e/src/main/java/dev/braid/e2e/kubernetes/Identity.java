package dev.braid.e2e.kubernetes;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * Somebody whom the API server knows by a token.
 *
 * @param groups roles are bound to groups as well as to users
 */
record Identity(String user, List<String> groups, String token) {

  private static final SecureRandom RANDOM = new SecureRandom();

  Identity {
    groups = List.copyOf(groups);
  }

  static Identity of(String user, String... groups) {
    byte[] secret = new byte[16];
    RANDOM.nextBytes(secret);
    return new Identity(user, List.of(groups), HexFormat.of().formatHex(secret));
  }

  /** What the node authorizer and its admission recognise a kubelet by. */
  static Identity ofKubelet(String node) {
    return of("system:node:" + node, "system:nodes");
  }

  /** Its line in the API server's token file. */
  String line() {
    return token + "," + user + "," + user + ",\"" + String.join(",", groups) + "\"\n";
  }

  /** Its kubeconfig. */
  String kubeconfig(String server, byte[] ca) {
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: lab
          cluster:
            server: %s
            certificate-authority-data: %s
        users:
        - name: "%s"
          user:
            token: %s
        contexts:
        - name: lab
          context:
            cluster: lab
            user: "%s"
        current-context: lab
        """
        .formatted(server, java.util.Base64.getEncoder().encodeToString(ca), user, token, user);
  }
}
