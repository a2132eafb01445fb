package dev.braid.e2e.architecture.planted.change;

/** A change that asks for no Step, for the test of the rule that forbids it. */
public final class Planted {

  public void changeWithoutStep() {}
}
