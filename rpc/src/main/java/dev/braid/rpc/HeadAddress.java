package dev.braid.rpc;

import dev.braid.base.error.InvalidInput;

/**
 * How to reach a head's agent.
 *
 * @param name of the head, for messages
 * @param authority the name or address that the agent's certificate must bear: by itself the host
 *     of the endpoint, another where the way leads through a tunnel or a forwarded socket
 */
public record HeadAddress(String name, Endpoint endpoint, String authority) {

  public HeadAddress {
    if (authority.isEmpty()) {
      throw new InvalidInput("head " + name + " needs the name that its certificate bears");
    }
  }

  public static HeadAddress of(String name, Endpoint.Tcp endpoint) {
    return new HeadAddress(name, endpoint, endpoint.host());
  }
}
