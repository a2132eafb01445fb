/**
 * gRPC, so that the programs need not know it: servers on a Unix socket and on TCP with mutual TLS,
 * the client of a head, the one table of failures and status codes, and a log of calls that keeps
 * secrets to itself.
 *
 * <p>It holds no rule of storage and no word of CSI's behaviour. A handler takes a message and a
 * deadline, gives a message or throws a failure of {@link dev.braid.base.error}; what becomes of
 * that on the wire is decided here.
 *
 * <p>Unix sockets go through the JDK's own (Java 16), not through netty's epoll library: one native
 * library less to unpack, and the programs open few connections. TLS goes through netty's bundled
 * BoringSSL where it can be loaded, as the first handshake of the JDK's own, in byte code not yet
 * compiled, takes seconds on a small head.
 */
@NullMarked
package dev.braid.rpc;

import org.jspecify.annotations.NullMarked;
