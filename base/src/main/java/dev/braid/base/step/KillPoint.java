package dev.braid.base.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends this process, as a power cut would, before or after a chosen step: rule 15 is tested with
 * it, and with nothing else. It is made only where the settings of a test ask for it.
 *
 * <p>Two files in a folder: {@code recorded} gets a line {@code before N NAME} and {@code after N
 * NAME} for each step, N counting from 1 since the process began; {@code kill}, if it is there,
 * holds such a line as {@code before N} or {@code after N} and is removed just before the process
 * ends by it, so that the next start lives.
 */
public final class KillPoint implements StepObserver {

  private static final Logger log = LoggerFactory.getLogger(KillPoint.class);

  private final Path recorded;
  private final Path kill;
  private final Runnable death;
  private final AtomicInteger count = new AtomicInteger();
  private final ThreadLocal<Integer> current = ThreadLocal.withInitial(() -> 0);

  /**
   * @param death ends the process without running anything else of it: SIGKILL to itself
   */
  public KillPoint(Path folder, Runnable death) {
    this.recorded = folder.resolve("recorded");
    this.kill = folder.resolve("kill");
    this.death = death;
  }

  @Override
  public void before(String name) {
    int n = count.incrementAndGet();
    current.set(n);
    reach("before " + n, name);
  }

  @Override
  public void after(String name, long nanos, boolean done) {
    reach("after " + current.get(), name);
  }

  private synchronized void reach(String point, String name) {
    try {
      Files.writeString(
          recorded,
          point + " " + name + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      if (!Files.exists(kill)
          || !Files.readString(kill, StandardCharsets.UTF_8).strip().equals(point)) {
        return;
      }
      Files.delete(kill);
    } catch (IOException e) {
      throw new UncheckedIOException("kill point files beside " + recorded, e);
    }
    log.warn("ending the process {} ({}), as the test asks", point, name);
    death.run();
  }
}
