package dev.braid.base;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What every line of the log bears that is written while it is open, by the thread that opened it
 * and by those that {@link #carried} tasks run on.
 */
public final class LogContext implements AutoCloseable {

  /** Which call: its method and a number. */
  public static final String CALL = "call";

  public static final String VOLUME = "volume";

  public static final String WWID = "wwid";

  private final @Nullable Map<String, String> before;

  private LogContext(@Nullable Map<String, String> before) {
    this.before = before;
  }

  /** Adds to what there is, until it is closed. */
  public static LogContext with(Map<String, String> more) {
    var context = new LogContext(MDC.getCopyOfContextMap());
    more.forEach(MDC::put);
    return context;
  }

  /** A task for another thread, whose lines bear what this thread's do now. */
  public static Runnable carried(Runnable task) {
    Map<String, String> now = MDC.getCopyOfContextMap();
    return () -> {
      try (var context = with(now == null ? Map.of() : now)) {
        task.run();
      }
    };
  }

  @Override
  public void close() {
    if (before == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(before);
    }
  }
}
