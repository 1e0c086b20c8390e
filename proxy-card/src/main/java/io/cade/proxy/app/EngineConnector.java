package io.cade.proxy.app;

import io.cade.agent.run.BootConfigSource;
import io.cade.agent.wire.MacAddress;
import io.cade.proxy.route.EngineAccess;
import java.nio.file.Path;

/** Makes the way to the engine with this card's certificate (DESIGN §7). */
@FunctionalInterface
public interface EngineConnector {
  /**
   * @param boots the card's boot configuration, read again when the engine does not believe the
   *     certificate
   * @param stateDirectory where key and certificate are kept, readable by the owner alone
   */
  EngineAccess open(BootConfigSource boots, MacAddress mac, Path stateDirectory);
}
