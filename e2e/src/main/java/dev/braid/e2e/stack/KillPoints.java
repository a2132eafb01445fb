package dev.braid.e2e.stack;

import dev.braid.base.error.HeadUnreachable;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends one program by SIGKILL before and after each of its steps, and asks it the same again: what
 * {@code base.step.KillPoint} is for.
 */
public final class KillPoints implements VolumeLife.Caller {

  /** A program that records its steps and can be asked to die at one. */
  interface Program {
    /** All points it has recorded since it was started, a line each: {@code before 3 flush map}. */
    List<String> recorded();

    void killAt(String point);

    boolean isRunning();

    void awaitEnd();

    /** Ends it if it runs, and starts it with an empty record; returns when it answers. */
    void restart();
  }

  /**
   * A moment in the life of a volume: relative to where the program was when that life began.
   *
   * @param point {@code before} or {@code after}
   * @param step counted from 1 since the life began
   */
  public record Moment(String point, int step, String name) {
    @Override
    public String toString() {
      return point + " step " + step + " (" + name + ")";
    }
  }

  private final String who;
  private final Program program;
  private int kills;

  KillPoints(String who, Program program) {
    this.who = who;
    this.program = program;
  }

  public String who() {
    return who;
  }

  public int kills() {
    return kills;
  }

  /**
   * Every moment that a life passes in this program, which is started anew first: whatever ran
   * before it may have left a record of thousands of lives, or one of a program that has ended.
   */
  public List<Moment> record(Runnable life) {
    program.restart();
    int offset = steps(program.recorded());
    int seen = program.recorded().size();
    life.run();
    var moments = new ArrayList<Moment>();
    List<String> all = program.recorded();
    for (String line : all.subList(seen, all.size())) {
      String[] words = line.split(" ", 3);
      moments.add(new Moment(words[0], Integer.parseInt(words[1]) - offset, words[2]));
    }
    return moments;
  }

  /** Asks it to die at that moment of the life that begins now. */
  public void arm(Moment moment) {
    program.killAt(moment.point() + " " + (steps(program.recorded()) + moment.step()));
  }

  /** Makes a call; if the program died in it, starts the program and makes the same call again. */
  @Override
  public void call(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException | HeadUnreachable failure) {
      if (failure instanceof StatusRuntimeException status
          && status.getStatus().getCode() != Status.Code.UNAVAILABLE) {
        throw failure;
      }
      program.awaitEnd();
      revive();
      call.run();
    }
    // It may die after its answer was made.
    if (!program.isRunning()) {
      revive();
    }
  }

  private void revive() {
    kills++;
    program.restart();
  }

  private static int steps(List<String> recorded) {
    return recorded.isEmpty()
        ? 0
        : Integer.parseInt(recorded.get(recorded.size() - 1).split(" ", 3)[1]);
  }

  /** As {@link #call}, for a call that gives something back. */
  @Override
  public <T> T ask(java.util.function.Supplier<T> call) {
    var answer = new ArrayList<T>();
    call(() -> answer.add(call.get()));
    return answer.get(answer.size() - 1);
  }

  /** Of a service in a machine. */
  static Program ofService(Service service, Runnable restart) {
    return new Program() {
      @Override
      public List<String> recorded() {
        return service
            .machine()
            .run("cat " + Node.KILL_POINTS + "/recorded 2>/dev/null || true")
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
      }

      @Override
      public void killAt(String point) {
        service.machine().run("echo '" + point + "' > " + Node.KILL_POINTS + "/kill");
      }

      @Override
      public boolean isRunning() {
        return service.isActive();
      }

      @Override
      public void awaitEnd() {
        service.awaitEnd();
      }

      @Override
      public void restart() {
        service.stop();
        service.machine().run("rm -f " + Node.KILL_POINTS + "/recorded");
        restart.run();
      }
    };
  }
}
