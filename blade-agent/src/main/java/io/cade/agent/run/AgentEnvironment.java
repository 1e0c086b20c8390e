package io.cade.agent.run;

import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.SoftwareDescriptor;
import java.nio.file.Path;

/**
 * All that one agent needs.
 *
 * @param config as fetched at boot
 * @param directory the card's own; survives reboots; made when it does not exist (0700)
 * @param bootConfigs where the configuration is fetched again when the engine refuses the card
 * @param images the card's image store
 */
public record AgentEnvironment(
    AgentPlatform platform,
    CardBootConfig config,
    CardRole role,
    Path directory,
    HardwareDescriptor hardware,
    SoftwareDescriptor software,
    CardSensors sensors,
    BootConfigSource bootConfigs,
    CardImages images) {

  /** A card without an image store. */
  public AgentEnvironment(
      AgentPlatform platform,
      CardBootConfig config,
      CardRole role,
      Path directory,
      HardwareDescriptor hardware,
      SoftwareDescriptor software,
      CardSensors sensors,
      BootConfigSource bootConfigs) {
    this(
        platform,
        config,
        role,
        directory,
        hardware,
        software,
        sensors,
        bootConfigs,
        CardImages.none());
  }
}
