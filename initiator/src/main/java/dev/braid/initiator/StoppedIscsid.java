package dev.braid.initiator;

import dev.braid.linux.proc.Programs;
import java.util.List;

/**
 * Whether iscsid, whose socket is there, can answer at all: stopped by a signal or a debugger it
 * listens on, and every login and the recovery of every lost session waits for it. Asking it is no
 * way to know: its requests have another form in each version. Where no process is, systemd starts
 * one at the first request.
 *
 * <p>It stops no attach: with sessions up none needs iscsid.
 */
final class StoppedIscsid implements Doubt {

  private static final String NAME = "iscsid";

  private final Programs programs;
  private volatile List<String> stopped = List.of();

  StoppedIscsid(Programs programs) {
    this.programs = programs;
  }

  @Override
  public void look() {
    stopped =
        programs.named(NAME).stream()
            .filter(programs::stopped)
            .map(
                p ->
                    p.describe()
                        + " is stopped: no login comes about, and no lost session comes back."
                        + " Look who stopped it, then run: kill -CONT "
                        + p.pid())
            .toList();
  }

  @Override
  public List<String> found() {
    return stopped;
  }
}
