package dev.braid.base.step;

/**
 * Leave to change something, good for the time of one step. Methods that change the kernel, a store
 * or a file take it as their first parameter; do not keep it.
 */
public final class Step {

  private final String name;

  Step(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }
}
