package io.cade.agent.gateway;

import java.io.IOException;
import java.net.InetAddress;

/**
 * Opens channels to the engine. Each call opens connections of its own, so that a session that was
 * provoked by a poke never rides on an older connection (SPEC R3). Safe for use by several threads.
 */
public interface EngineChannels {
  /**
   * A new channel; nothing is sent before its first call.
   *
   * @throws IOException when the card's keys cannot be used
   */
  EngineChannel open(GatewayAddress gateway, CardIdentity identity) throws IOException;

  /**
   * Where the gateway is and from where it is called.
   *
   * @param host name or address, as in the gateway's certificate
   * @param local address of the card, from which connections are made
   */
  record GatewayAddress(String host, int port, InetAddress local) {}
}
