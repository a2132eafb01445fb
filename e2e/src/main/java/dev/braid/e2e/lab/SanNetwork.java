package dev.braid.e2e.lab;

/**
 * One of the two storage networks: a bridge of its own, an interface of its name in each machine.
 */
public enum SanNetwork {
  A("san-a", 1),
  B("san-b", 2);

  private final String interfaceName;
  private final int third;

  SanNetwork(String interfaceName, int third) {
    this.interfaceName = interfaceName;
    this.third = third;
  }

  /** The interface in every machine, the bridge in the lab, and the card's name in QEMU. */
  public String interfaceName() {
    return interfaceName;
  }

  String address(int octet) {
    return "10.77." + third + "." + octet;
  }
}
