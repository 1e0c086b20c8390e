package io.cade.engine.dhcp;

import io.cade.engine.datagram.DatagramLoop;
import java.util.concurrent.CompletableFuture;

/** Makes a {@link Wire} that belongs to a service. */
@FunctionalInterface
public interface WireOpener {
  /**
   * Opens the wire.
   *
   * @param loop on whose thread the wire hands over what arrives
   * @param receiver of it
   * @return completes exceptionally with an {@link java.io.IOException} whose message says what
   *     cannot be had and what to do
   */
  CompletableFuture<Wire> open(DatagramLoop loop, WireReceiver receiver);
}
