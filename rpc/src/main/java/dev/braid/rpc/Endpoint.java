package dev.braid.rpc;

import dev.braid.base.error.InvalidInput;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where a server listens or is reached: a Unix socket, or a host and port. */
public sealed interface Endpoint {

  /** The socket file, an absolute path. */
  record Unix(Path path) implements Endpoint {

    /**
     * What {@code sockaddr_un} holds, less the final zero and the two marks that a new socket
     * bears.
     */
    private static final int MAX_BYTES = 105;

    public Unix {
      if (!path.isAbsolute()) {
        throw new InvalidInput("socket path", path.toString(), "want an absolute path");
      }
      if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
        throw new InvalidInput(
            "socket path", path.toString(), "a Unix socket's has at most " + MAX_BYTES + " bytes");
      }
    }

    @Override
    public SocketAddress socketAddress() {
      return UnixDomainSocketAddress.of(path);
    }

    @Override
    public String toString() {
      return "unix://" + path;
    }
  }

  /** A host's name or address, and a TCP port; 0 is any free one, for a server. */
  record Tcp(String host, int port) implements Endpoint {

    public Tcp {
      if (host.isEmpty() || host.contains("/") || port < 0 || port > 65535) {
        throw new InvalidInput("endpoint", host + ":" + port, "want HOST:PORT");
      }
    }

    @Override
    public SocketAddress socketAddress() {
      return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  SocketAddress socketAddress();

  /** Reads {@code unix:///PATH}, {@code unix:/PATH} or {@code HOST:PORT}, IPv6 in brackets. */
  static Endpoint parse(String text) {
    if (text.startsWith("unix:")) {
      String path = text.substring("unix:".length());
      return new Unix(Path.of(path.startsWith("//") ? path.substring(2) : path));
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      throw new InvalidInput("endpoint", text, "want unix:///PATH or HOST:PORT");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new InvalidInput("endpoint", text, "want an IPv6 address in brackets: [ADDRESS]:PORT");
    }
    return new Tcp(host, Integer.parseInt(text.substring(colon + 1)));
  }

  /** As {@link #parse}, where only a Unix socket will do: CSI has no other. */
  static Unix parseUnix(String text) {
    if (parse(text) instanceof Unix unix) {
      return unix;
    }
    throw new InvalidInput("endpoint", text, "want unix:///PATH");
  }
}
