package dev.braid.linux.proc;

import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Posix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How soon the kernel lets this process run where others want the processors too. What makes a
 * device, or takes it off, does a little work between waits, beside udev's many programs, which it
 * causes itself: waiting in line with them each time, it would take half as long again. multipathd
 * runs ahead of everybody for that reason.
 *
 * <p>It counts among processes of one control group, and where there are none; a pod's group has
 * its weight from the pod's CPU request.
 */
public final class Priority {

  private static final Logger log = LoggerFactory.getLogger(Priority.class);

  private static final int AHEAD = -10;
  private static final int USUAL = 0;

  private Priority() {}

  /** Starts something. */
  @FunctionalInterface
  public interface Start<T, E extends Exception> {
    T start() throws E;
  }

  /** Puts this thread ahead, and every thread that it starts; goes on without, where it may not. */
  public static void putAhead() {
    try {
      Posix.nice(AHEAD);
    } catch (ErrnoException e) {
      log.info("on a busy host calls will take longer: {}", e.getMessage());
    }
  }

  /** What is started has the usual place, whatever this thread has: it may work for hours. */
  public static <T, E extends Exception> T asUsual(Start<T, E> start) throws E {
    int own = Posix.nice();
    if (own >= USUAL) {
      return start.start();
    }
    set(USUAL);
    try {
      return start.start();
    } finally {
      set(own);
    }
  }

  private static void set(int nice) {
    try {
      Posix.nice(nice);
    } catch (ErrnoException e) {
      log.warn("this thread's nice stays as it is, not {}: {}", nice, e.getMessage());
    }
  }
}
