package dev.braid.linux.net;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Abi.Inet;
import dev.braid.linux.libc.Abi.SockaddrIn;
import dev.braid.linux.libc.Abi.Socket;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** ICMP with one address (IPv4), through a raw socket. Needs root. */
final class Icmp implements AutoCloseable {

  static final int IP_HEADER = 20;

  /** Type, code, checksum, identifier, sequence number. */
  static final int HEADER = 8;

  private static final int CHECKSUM_AT = 2;
  private static final int IDENTIFIER_AT = 4;
  private static final int IP_HEADER_WORDS = 0xf;
  private static final int LARGEST = 65_535;

  private final Fd fd;

  private Icmp(Fd fd) {
    this.fd = fd;
  }

  /**
   * @throws KernelRefused if that is no IPv4 address
   */
  static Icmp with(String address) throws ErrnoException {
    byte[] raw = ipv4(address);
    Fd fd = Posix.socket(Inet.AF_INET, Socket.SOCK_RAW, Inet.IPPROTO_ICMP);
    boolean connected = false;
    try (Memory to = new Memory(SockaddrIn.SIZE)) {
      to.clear();
      to.setShort(SockaddrIn.SIN_FAMILY, (short) Inet.AF_INET);
      to.write(SockaddrIn.SIN_ADDR, raw, 0, raw.length);
      Posix.connect(fd, to, SockaddrIn.SIZE);
      connected = true;
      return new Icmp(fd);
    } finally {
      if (!connected) {
        fd.close();
      }
    }
  }

  private static byte[] ipv4(String address) {
    try {
      byte[] raw = InetAddress.getByName(address).getAddress();
      if (raw.length != Integer.BYTES) {
        throw new KernelRefused("no ICMP request goes to " + address + ": it is not IPv4");
      }
      return raw;
    } catch (UnknownHostException e) {
      throw new KernelRefused("no address: " + address, e);
    }
  }

  /** What is too large for the way is not cut up, whatever an earlier packet was told of it. */
  void neverFragment() throws ErrnoException {
    try (Memory probe = new Memory(Integer.BYTES)) {
      probe.setInt(0, Inet.IP_PMTUDISC_PROBE);
      Posix.setsockopt(fd, Inet.IPPROTO_IP, Inet.IP_MTU_DISCOVER, probe);
    }
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @param request of {@link #request}
   * @param answer the type that an answer has
   * @return the answer from its ICMP header on; empty if none came in time
   */
  Optional<ByteBuffer> ask(byte[] request, int answer, Deadline deadline) throws ErrnoException {
    int id = identifier(request, 0);
    try (Memory out = new Memory(request.length);
        Memory in = new Memory(LARGEST)) {
      out.write(0, request, 0, request.length);
      Posix.send(fd, out, request.length, Socket.MSG_DONTWAIT);
      while (Posix.poll(fd, Posix.POLLIN, deadline) != 0) {
        int length = Posix.recv(fd, in, Socket.MSG_DONTWAIT);
        Optional<ByteBuffer> heard = answer(in.getByteArray(0, length), answer, id);
        if (heard.isPresent()) {
          return heard;
        }
      }
      return Optional.empty();
    }
  }

  /** A raw socket is given every ICMP packet from that address, behind its IP header. */
  static Optional<ByteBuffer> answer(byte[] packet, int type, int id) {
    int header = packet.length < IP_HEADER ? 0 : (packet[0] & IP_HEADER_WORDS) * Integer.BYTES;
    return header >= IP_HEADER
            && packet.length >= header + HEADER
            && packet[header] == type
            && identifier(packet, header) == id
        ? Optional.of(ByteBuffer.wrap(packet, header, packet.length - header).slice())
        : Optional.empty();
  }

  /**
   * A request with an identifier and a checksum.
   *
   * @param length with its header
   */
  static byte[] request(int type, int length) {
    int id = ThreadLocalRandom.current().nextInt(1 << Short.SIZE);
    var packet = new byte[Math.max(HEADER, length)];
    packet[0] = (byte) type;
    put(packet, IDENTIFIER_AT, id);
    put(packet, CHECKSUM_AT, checksum(packet));
    return packet;
  }

  static int checksum(byte[] packet) {
    long sum = 0;
    for (int i = 0; i < packet.length; i += 2) {
      sum += (packet[i] & 0xff) << 8 | (i + 1 < packet.length ? packet[i + 1] & 0xff : 0);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) ~sum & 0xffff;
  }

  private static int identifier(byte[] packet, int from) {
    return (packet[from + IDENTIFIER_AT] & 0xff) << 8 | packet[from + IDENTIFIER_AT + 1] & 0xff;
  }

  private static void put(byte[] packet, int at, int number) {
    packet[at] = (byte) (number >> 8);
    packet[at + 1] = (byte) number;
  }

  @Override
  public void close() {
    fd.close();
  }
}
