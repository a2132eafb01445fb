package dev.braid.linux.net;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Abi.Inet;
import dev.braid.linux.libc.Abi.SockaddrIn;
import dev.braid.linux.libc.Abi.Socket;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;

/** ICMP echo requests of a chosen size that no router may cut up (IPv4). Needs root. */
public final class Echo {

  private static final int ICMP_ECHO = 8;
  private static final int ICMP_ECHOREPLY = 0;
  private static final int ICMP_HEADER = 8;
  private static final int IP_HEADER = 20;
  private static final int IP_HEADER_WORDS = 0xf;
  private static final int LARGEST = 65_535;

  /** What became of a request. */
  public enum Outcome {
    ANSWERED,
    /** Nobody answered in time. */
    SILENT,
    /** It is larger than this machine's own interface, or a router on the way, lets through. */
    TOO_LARGE
  }

  private Echo() {}

  /**
   * @param bytes the whole packet's size, with its headers: a network's MTU
   */
  public static Outcome send(String address, int bytes, Deadline deadline) {
    int id = ThreadLocalRandom.current().nextInt(1 << 16);
    try (Fd fd = Posix.socket(Inet.AF_INET, Socket.SOCK_RAW, Inet.IPPROTO_ICMP);
        Memory to = new Memory(SockaddrIn.SIZE);
        Memory probe = new Memory(Integer.BYTES);
        Memory request = request(id, bytes - IP_HEADER);
        Memory reply = new Memory(LARGEST)) {
      // The "do not fragment" bit, and no trust in what an earlier packet was told.
      probe.setInt(0, Inet.IP_PMTUDISC_PROBE);
      Posix.setsockopt(fd, Inet.IPPROTO_IP, Inet.IP_MTU_DISCOVER, probe);
      to.clear();
      to.setShort(SockaddrIn.SIN_FAMILY, (short) Inet.AF_INET);
      byte[] raw = InetAddress.getByName(address).getAddress();
      if (raw.length != Integer.BYTES) {
        throw new KernelRefused("no echo request goes to " + address + ": it is not IPv4");
      }
      to.write(SockaddrIn.SIN_ADDR, raw, 0, raw.length);
      Posix.connect(fd, to, SockaddrIn.SIZE);
      Posix.send(fd, request, (int) request.size(), Socket.MSG_DONTWAIT);
      while (Posix.poll(fd, Posix.POLLIN, deadline) != 0) {
        int length = Posix.recv(fd, reply, Socket.MSG_DONTWAIT);
        if (answers(reply, length, id)) {
          return Outcome.ANSWERED;
        }
      }
      return Outcome.SILENT;
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EMSGSIZE -> Outcome.TOO_LARGE;
        case Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.ENETDOWN, Errno.ECONNREFUSED ->
            Outcome.SILENT;
        default -> throw new KernelRefused("cannot send an echo request to " + address, e);
      };
    } catch (UnknownHostException e) {
      throw new KernelRefused("no address: " + address, e);
    }
  }

  private static Memory request(int id, int length) {
    var packet = new byte[Math.max(ICMP_HEADER, length)];
    packet[0] = ICMP_ECHO;
    packet[4] = (byte) (id >> 8);
    packet[5] = (byte) id;
    int sum = checksum(packet);
    packet[2] = (byte) (sum >> 8);
    packet[3] = (byte) sum;
    var memory = new Memory(packet.length);
    memory.write(0, packet, 0, packet.length);
    return memory;
  }

  private static boolean answers(Memory reply, int length, int id) {
    int header = length < IP_HEADER ? 0 : (reply.getByte(0) & IP_HEADER_WORDS) * Integer.BYTES;
    return header >= IP_HEADER
        && length >= header + ICMP_HEADER
        && reply.getByte(header) == ICMP_ECHOREPLY
        && ((reply.getByte(header + 4) & 0xff) << 8 | reply.getByte(header + 5) & 0xff) == id;
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
}
