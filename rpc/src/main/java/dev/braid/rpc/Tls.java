package dev.braid.rpc;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotTrusted;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;

/** Mutual TLS 1.3, both ways with a certificate (rule 20). */
final class Tls {

  private static final String ONLY = "TLSv1.3";

  private Tls() {}

  static SslContext server(TlsFiles files) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forServer(new OwnIdentity(files)))
          .trustManager(new TrustedPeers(files))
          .clientAuth(ClientAuth.REQUIRE)
          .protocols(ONLY)
          .build();
    } catch (SSLException | InvalidInput e) {
      throw new NotTrusted("cannot serve with " + files + ": " + e.getMessage(), e);
    }
  }

  static SslContext client(TlsFiles files) {
    try {
      return GrpcSslContexts.forClient()
          .keyManager(new OwnIdentity(files))
          .trustManager(new TrustedPeers(files))
          .endpointIdentificationAlgorithm("HTTPS")
          .protocols(ONLY)
          .build();
    } catch (SSLException | InvalidInput e) {
      throw new NotTrusted("cannot connect with " + files + ": " + e.getMessage(), e);
    }
  }
}
