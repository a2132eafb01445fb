package dev.braid.linux.uevent;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Abi.SockaddrNl;
import dev.braid.linux.libc.Abi.Socket;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A subscription to device events, from its opening on: open it before causing what is waited for.
 * Not for several threads.
 *
 * <p>udev sends in the network namespace of the host, so a container needs the host's network.
 */
public final class UeventSocket implements AutoCloseable {

  private static final int GROUP_KERNEL = 1;
  private static final int GROUP_UDEV = 2;

  private static final int BUFFER = 4 << 20;

  /** udev's largest message; what is longer is cut and its tail of no interest. */
  private static final int MESSAGE = 64 << 10;

  private final Fd fd;
  private final Memory buffer = new Memory(MESSAGE);

  private UeventSocket(Fd fd) {
    this.fd = fd;
  }

  /** Subscribes to both the kernel's events and udev's. */
  public static UeventSocket open() {
    Fd fd = null;
    try {
      fd = Posix.socket(Socket.AF_NETLINK, Socket.SOCK_RAW, Socket.NETLINK_KOBJECT_UEVENT);
      enlarge(fd);
      try (Memory address = new Memory(SockaddrNl.SIZE)) {
        address.clear();
        address.setShort(SockaddrNl.NL_FAMILY, (short) Socket.AF_NETLINK);
        address.setInt(SockaddrNl.NL_GROUPS, GROUP_KERNEL | GROUP_UDEV);
        Posix.bind(fd, address);
      }
      return new UeventSocket(fd);
    } catch (ErrnoException e) {
      if (fd != null) {
        fd.close();
      }
      throw new KernelRefused("cannot subscribe to device events", e);
    }
  }

  /** Fewer overruns with a large buffer; without the right to have one, there are just more. */
  private static void enlarge(Fd fd) {
    try (Memory size = new Memory(Integer.BYTES)) {
      size.setInt(0, BUFFER);
      Posix.setsockopt(fd, Socket.SOL_SOCKET, Socket.SO_RCVBUFFORCE, size);
    } catch (ErrnoException e) {
      return;
    }
  }

  /**
   * Looks, and looks again whenever an event that matters came or events were lost, until there is
   * something to see.
   *
   * @param matters which events are worth another look
   * @param look what is waited for; it must itself read the state of things, not the event
   * @return what was seen; empty if the deadline passed, after one last look
   */
  public <T> Optional<T> await(
      Predicate<Uevent> matters, Supplier<Optional<T>> look, Deadline deadline) {
    try {
      while (true) {
        Optional<T> seen = look.get();
        if (seen.isPresent()) {
          return seen;
        }
        do {
          if (Posix.poll(fd, Posix.POLLIN, deadline) == 0) {
            return look.get();
          }
        } while (!drain(matters));
      }
    } catch (ErrnoException e) {
      throw new KernelRefused("waiting for device events", e);
    }
  }

  /** Takes all that waits; true if another look is due. */
  private boolean drain(Predicate<Uevent> matters) throws ErrnoException {
    boolean due = false;
    while (true) {
      try {
        int length = Posix.recv(fd, buffer, Socket.MSG_DONTWAIT);
        byte[] message = buffer.getByteArray(0, length);
        due |= Uevent.parse(message, length).filter(matters).isPresent();
      } catch (ErrnoException e) {
        switch (e.errno()) {
          case Errno.EAGAIN -> {
            return due;
          }
          // Events were lost: only a look can tell what they said.
          case Errno.ENOBUFS -> due = true;
          default -> throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    fd.close();
    buffer.close();
  }
}
