package io.cade.agent.app;

import com.pi4j.context.Context;
import io.cade.agent.core.AgentTimings;
import io.cade.agent.debian.DebianSystem;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.linux.LinuxI2cProvider;
import io.cade.agent.run.Agent;
import io.cade.agent.run.AgentEnvironment;
import io.cade.agent.run.AgentPlatform;
import io.cade.agent.run.BusSensors;
import io.cade.agent.run.CardImages;
import io.cade.agent.run.CardPower;
import io.cade.agent.run.CardSensors;
import io.cade.agent.run.DiskArray;
import io.cade.agent.run.MdArray;
import io.cade.agent.run.OsServiceProcesses;
import io.cade.agent.run.SensorPoll;
import io.cade.agent.run.ServiceRuntimes;
import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executors;

/** Wires the agent of a real card. */
final class AgentProgram {
  private AgentProgram() {}

  /**
   * Starts the agent that a configuration describes.
   *
   * @throws IOException when what it names is wrong; the message is for an operator
   */
  static Agent start(AgentFile settings) throws IOException, InterruptedException {
    CardBootConfig config = bootConfig(settings.bootConfig());
    InetAddress local;
    try {
      local = InetAddress.ofLiteral(config.localAddress());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          settings.bootConfig() + ": localAddress '" + config.localAddress() + "' is no address",
          e);
    }
    AgentPlatform platform =
        new AgentPlatform(
            new HttpEngineChannels(
                Executors.newVirtualThreadPerTaskExecutor(),
                HttpEngineChannels.Timeouts.standard()),
            new OsServiceProcesses(ServiceRuntimes.ofThisProcess()),
            InstantSource.system(),
            new SecureRandom(),
            AgentTimings.standard());
    String version = AgentProgram.class.getPackage().getImplementationVersion();
    return Agent.start(
        new AgentEnvironment(
            platform,
            config,
            settings.role(),
            settings.directory(),
            LocalMachine.describe(local),
            new SoftwareDescriptor(
                version == null ? "development" : version,
                settings.imageName(),
                settings.imageVersion(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                LocalMachine.architecture(),
                BootsFrom.NETWORK),
            sensors(settings, config, platform),
            () -> bootConfig(settings.bootConfig()),
            settings.rebootCommand().isEmpty()
                ? CardPower.none()
                : new RebootCommand(settings.rebootCommand()),
            settings.system().equals("debian")
                ? DebianSystem.ofThisMachine(settings.directory())
                : null,
            CardImages.none()));
  }

  /** A bus that is not there, or a chip, shows as unavailable readings, not here. */
  private static CardSensors sensors(
      AgentFile settings, CardBootConfig config, AgentPlatform platform) {
    Integer bus = settings.cardBus();
    if (bus == null) {
      return CardSensors.none();
    }
    Integer chassisBus = settings.chassisBus();
    Context context = LinuxI2cProvider.newContext();
    return SensorPoll.start(
        new BusSensors(
            config.position().chassis(),
            CardBus.open(context, bus, platform.clock()),
            ChassisBus.open(context, chassisBus == null ? bus + 1 : chassisBus, platform.clock())),
        settings.disks().isEmpty() ? DiskArray.none() : new MdArray(settings.disks()),
        platform.clock());
  }

  private static CardBootConfig bootConfig(URI from) throws IOException, InterruptedException {
    try {
      return new WireJson().decode(BootTreeClient.read(from), CardBootConfig.class);
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new IOException(from + " is no boot configuration: " + e.getOriginalMessage(), e);
    }
  }
}
