package dev.braid.agent;

import dev.braid.base.step.StepObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Counts steps, and ends what runs before or after a chosen one, as a SIGKILL would. */
final class Killer implements StepObserver {

  /** The end of a process. No code of ours catches it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed(String where) {
      super(where, null, false, false);
    }
  }

  private final List<String> names = Collections.synchronizedList(new ArrayList<>());
  private int killAt = -1;
  private boolean killAfter;

  /** From now on steps count from 1 again, and nobody is killed. */
  void rest() {
    names.clear();
    killAt = -1;
  }

  void killAt(int step, boolean after) {
    rest();
    killAt = step;
    killAfter = after;
  }

  List<String> names() {
    return List.copyOf(names);
  }

  @Override
  public void before(String name) {
    names.add(name);
    if (names.size() == killAt && !killAfter) {
      throw new Killed("before " + killAt + " " + name);
    }
  }

  @Override
  public void after(String name, long nanos, boolean done) {
    if (names.size() == killAt && killAfter) {
      throw new Killed("after " + killAt + " " + name);
    }
  }
}
