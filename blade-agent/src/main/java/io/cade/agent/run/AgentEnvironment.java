package io.cade.agent.run;

import io.cade.agent.device.OperatingSystem;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.SoftwareDescriptor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * All that one agent needs.
 *
 * @param config as fetched at boot
 * @param directory the card's own; survives reboots; made when it does not exist (0700)
 * @param bootConfigs where the configuration is fetched again when the engine refuses the card
 * @param power restarts the card
 * @param system what models of the device change; null when none may
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
    CardPower power,
    @Nullable OperatingSystem system,
    CardImages images) {
  /**
   * Of an agent that cannot restart its card, whose system no model changes, and which has no image
   * store.
   */
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
        CardPower.none(),
        null,
        CardImages.none());
  }
}
