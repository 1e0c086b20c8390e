package io.cade.proxy.app;

import io.cade.agent.gateway.EngineChannel;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.MacAddress;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens the channel to the engine with this card's certificate, enrolling first when the state
 * directory holds none (DESIGN §7). Blocks; is called again after a failure.
 */
@FunctionalInterface
public interface EngineConnector {
  /**
   * @param stateDirectory where key and certificate are kept, readable by the owner alone
   * @throws IOException when the engine cannot be reached or refuses
   */
  EngineChannel open(CardBootConfig boot, MacAddress mac, Path stateDirectory)
      throws IOException, InterruptedException;
}
