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
import java.time.Duration;
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

  private static final String MAP_CHANGED = "change@/devices/virtual/block/dm";

  private static final int BUFFER = 4 << 20;

  private static final Deadline NOW = Deadline.after(Duration.ZERO);

  /** udev's largest message; what is longer is cut and its tail of no interest. */
  private static final int MESSAGE = 64 << 10;

  private final Fd fd;
  private final Memory buffer = new Memory(MESSAGE);

  private UeventSocket(Fd fd) {
    this.fd = fd;
  }

  /** Subscribes to all events, of the kernel and of udev. */
  public static UeventSocket open() {
    return open(GROUP_KERNEL | GROUP_UDEV, Optional.empty());
  }

  /** To the kernel's events of new devices, of any kind. */
  public static UeventSocket ofNewDevices() {
    return open(GROUP_KERNEL, Optional.of(new UeventFilter().kernel("add@")));
  }

  /** To the kernel's events of device-mapper's maps that changed: a table came, a path was lost. */
  public static UeventSocket ofMaps() {
    return open(GROUP_KERNEL, Optional.of(new UeventFilter().kernel(MAP_CHANGED)));
  }

  /** As {@link #ofMaps}, and to what udev has done with any block device. */
  public static UeventSocket ofMapsAndBlocks() {
    return open(
        GROUP_KERNEL | GROUP_UDEV,
        Optional.of(new UeventFilter().kernel(MAP_CHANGED).udevBlocks()));
  }

  private static UeventSocket open(int groups, Optional<UeventFilter> filter) {
    Fd fd = null;
    try {
      fd = Posix.socket(Socket.AF_NETLINK, Socket.SOCK_RAW, Socket.NETLINK_KOBJECT_UEVENT);
      enlarge(fd);
      if (filter.isPresent()) {
        filter.get().attach(fd);
      }
      try (Memory address = new Memory(SockaddrNl.SIZE)) {
        address.clear();
        address.setShort(SockaddrNl.NL_FAMILY, (short) Socket.AF_NETLINK);
        address.setInt(SockaddrNl.NL_GROUPS, groups);
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

  /** Takes all that waits, of which there is some; true if another look is due. */
  private boolean drain(Predicate<Uevent> matters) throws ErrnoException {
    boolean due = false;
    do {
      due |= matters(matters);
    } while (Posix.poll(fd, Posix.POLLIN, NOW) != 0);
    return due;
  }

  private boolean matters(Predicate<Uevent> matters) throws ErrnoException {
    try {
      int length = Posix.recv(fd, buffer, Socket.MSG_DONTWAIT);
      byte[] message = buffer.getByteArray(0, length);
      return Uevent.parse(message, length).filter(matters).isPresent();
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EAGAIN -> false;
        // Events were lost: only a look can tell what they said.
        case Errno.ENOBUFS -> true;
        default -> throw e;
      };
    }
  }

  @Override
  public void close() {
    fd.close();
    buffer.close();
  }
}
