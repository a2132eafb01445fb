package dev.braid.e2e.lab;

import java.util.List;

/** Which Debian packages the machines of a lab have. */
public enum Packages {
  /** What Braid and its tests need. */
  LAB(List.of()),

  /** And what Braid is compared with. */
  BENCH(List.of("--bench"));

  private final List<String> arguments;

  Packages(List<String> arguments) {
    this.arguments = arguments;
  }

  /** For {@code build-image}. */
  List<String> arguments() {
    return arguments;
  }
}
