package dev.braid.e2e.bench;

/** Whose attach and detach are measured; {@code subjects.py} says how each works. */
enum Subject {
  FLOOR("floor", "floor"),
  OS_BRICK("os-brick", "osbrick"),
  BRAID("braid", "braid");

  private final String text;
  private final String argument;

  Subject(String text, String argument) {
    this.text = text;
    this.argument = argument;
  }

  /** As a table names it. */
  String text() {
    return text;
  }

  /** Of {@code subjects.py}. */
  String argument() {
    return argument;
  }
}
