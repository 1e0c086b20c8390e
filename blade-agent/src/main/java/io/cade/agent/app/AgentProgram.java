package io.cade.agent.app;

import io.cade.agent.core.AgentTimings;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.run.Agent;
import io.cade.agent.run.AgentEnvironment;
import io.cade.agent.run.AgentPlatform;
import io.cade.agent.run.CardSensors;
import io.cade.agent.run.OsServiceProcesses;
import io.cade.agent.run.ServiceRuntimes;
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
                System.getProperty("os.name") + " " + System.getProperty("os.version")),
            CardSensors.none(),
            () -> bootConfig(settings.bootConfig())));
  }

  private static CardBootConfig bootConfig(URI from) throws IOException, InterruptedException {
    try {
      return new WireJson().decode(BootTreeClient.read(from), CardBootConfig.class);
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      throw new IOException(from + " is no boot configuration: " + e.getOriginalMessage(), e);
    }
  }
}
