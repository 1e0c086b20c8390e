package io.cade.proxy.route;

import io.cade.agent.gateway.EngineChannel;
import java.io.IOException;

/**
 * Opens the channel to the engine as this card: with the certificate on record in the state
 * directory, or, when there is none, after having enrolled with the one-time secret of the card's
 * boot configuration. May block; is called again after a failure.
 */
@FunctionalInterface
public interface EngineChannelFactory {
  EngineChannel open() throws IOException, InterruptedException;
}
