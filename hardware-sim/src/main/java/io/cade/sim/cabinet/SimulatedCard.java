package io.cade.sim.cabinet;

import io.cade.agent.hw.CardBus;
import io.cade.agent.hw.ChassisBus;
import io.cade.agent.run.Agent;
import io.cade.agent.run.AgentEnvironment;
import io.cade.agent.run.AgentPlatform;
import io.cade.agent.run.BootConfigSource;
import io.cade.agent.run.BusSensors;
import io.cade.agent.run.SensorPoll;
import io.cade.agent.run.SlotImages;
import io.cade.agent.wire.BootsFrom;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.WireJson;
import io.cade.image.PackageReader;
import io.cade.image.slot.ImageStore;
import io.cade.sim.firmware.BootResult;
import io.cade.sim.firmware.CardFirmware;
import io.cade.sim.firmware.PoweredCard;
import io.cade.sim.os.FilteredChannels;
import io.cade.sim.os.SimulatedSystem;
import io.cade.sim.pi4j.SimulatedBuses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One card under power: its boot ROM fetches the configuration, then the real agent runs on it
 * until power goes. Methods may be called by any thread.
 */
final class SimulatedCard {
  /** Folder of the image store on a card's own flash. */
  private static final String STORE = "images";

  private static final Logger LOG = LoggerFactory.getLogger(SimulatedCard.class);

  /**
   * What all cards of the process share.
   *
   * @param reboot restarts the card in a slot, soon
   */
  record Platform(
      AgentPlatform agents,
      CardFirmware firmware,
      SimulatedBuses buses,
      Path directory,
      int bootHttpPort,
      Executor executor,
      Consumer<CardPosition> reboot) {}

  /** What the factory put on each card; an image store that holds nothing leads to it. */
  private static final SoftwareDescriptor FACTORY =
      new SoftwareDescriptor("0.1", "blade-sim", "1", "simulated", "x86_64", BootsFrom.OWN_SLOTS);

  private final SlotRecord slot;
  private final SimulatedDisks disks;
  private final SimulatedSystem system;
  private final Platform platform;
  private final PoweredCard rom;
  // Guarded by this.
  private boolean off;
  private @Nullable Agent agent;
  private @Nullable SensorPoll sensors;

  private SimulatedCard(
      SlotRecord slot, SimulatedDisks disks, SimulatedSystem system, Platform platform) {
    this.slot = slot;
    this.disks = disks;
    this.system = system;
    this.platform = platform;
    this.rom = platform.firmware().powerOn(slot.position(), slot.mac());
  }

  static SimulatedCard powerOn(
      SlotRecord slot, SimulatedDisks disks, SimulatedSystem system, Platform platform) {
    SimulatedCard card = new SimulatedCard(slot, disks, system, platform);
    var _ =
        card.rom
            .booted()
            .whenCompleteAsync(
                (result, failure) -> {
                  if (result != null) {
                    card.startAgent(result);
                  } else if (!card.isOff()) {
                    LOG.error("card {} cannot boot", slot.position(), failure);
                  }
                },
                platform.executor());
    return card;
  }

  private synchronized boolean isOff() {
    return off;
  }

  private void startAgent(BootResult booted) {
    try {
      system.powerOn();
      CardBootConfig config = new WireJson().decode(booted.configuration(), CardBootConfig.class);
      Path own = platform.directory().resolve(slot.serial());
      SoftwareDescriptor software = bootLoader(own.resolve(STORE));
      if (software == null) {
        LOG.info("card {} hangs in its boot image", slot.position());
        return;
      }
      SensorPoll readers = openSensors();
      Agent started =
          Agent.start(
              new AgentEnvironment(
                  filtered(platform.agents()),
                  config,
                  CardRole.SERVER,
                  // The card's own flash and disks: another card in the slot has others.
                  own,
                  slot.hardware(),
                  software,
                  readers,
                  refetch(booted),
                  () -> platform.reboot().accept(slot.position()),
                  system,
                  new SlotImages(
                      own.resolve(STORE), config, platform.agents().clock(), this::restarts)));
      synchronized (this) {
        agent = started;
        sensors = readers;
        if (!off) {
          return;
        }
      }
      // Power went while the agent was starting.
      endAgent();
    } catch (IOException | RuntimeException e) {
      LOG.error("the agent of card {} cannot start", slot.position(), e);
    }
  }

  /** What leaves the card goes through its packet filter. */
  private AgentPlatform filtered(AgentPlatform agents) {
    return new AgentPlatform(
        new FilteredChannels(agents.channels(), system),
        agents.processes(),
        agents.clock(),
        agents.random(),
        agents.timings());
  }

  /**
   * The image that the card's slots lead to (SPEC B5).
   *
   * @return what it brings; null when it hangs, as one does whose kernel's command line says so
   */
  private static @Nullable SoftwareDescriptor bootLoader(Path store) throws IOException {
    ImageStore.Booted booted = new ImageStore(store).powerOn().orElse(null);
    if (booted == null) {
      return FACTORY;
    }
    if (PackageReader.peek(booted.file(), Set.of("cmdline"), 1024)
            instanceof PackageReader.Opening.Understood u
        && new String(
                u.claims().files().getOrDefault("cmdline", new byte[0]), StandardCharsets.US_ASCII)
            .contains("sim.hang")) {
      return null;
    }
    return new SoftwareDescriptor(
        FACTORY.agentVersion(),
        booted.image().name(),
        booted.image().version(),
        FACTORY.operatingSystem(),
        FACTORY.architecture(),
        FACTORY.bootsFrom());
  }

  /** The agent restarts its card: power stays, everything on it begins anew. */
  private void restarts() {
    platform.executor().execute(() -> platform.reboot().accept(slot.position()));
  }

  private SensorPoll openSensors() {
    int chassis = slot.position().chassis();
    int number = slot.position().slot();
    BusSensors buses =
        new BusSensors(
            chassis,
            CardBus.open(
                platform.buses().context(),
                SimulatedBuses.cardBus(chassis, number),
                platform.agents().clock()),
            ChassisBus.open(
                platform.buses().context(),
                SimulatedBuses.chassisBus(chassis, number),
                platform.agents().clock()));
    return SensorPoll.start(buses, disks, platform.agents().clock());
  }

  /** The same boot tree over HTTP: an agent that was refused asks for a fresh secret. */
  private BootConfigSource refetch(BootResult booted) {
    return () -> {
      InetAddress own = booted.address();
      try (HttpClient client =
          HttpClient.newBuilder()
              .localAddress(own)
              .executor(platform.executor())
              .connectTimeout(Duration.ofSeconds(5))
              .build()) {
        HttpResponse<byte[]> response =
            client.send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://127.0.0.1:"
                                + platform.bootHttpPort()
                                + "/"
                                + booted.bootFile()))
                    .timeout(Duration.ofSeconds(10))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
          throw new IOException("boot configuration: status " + response.statusCode());
        }
        return new WireJson().decode(response.body(), CardBootConfig.class);
      }
    };
  }

  /** Whether the engine gets the card's reports. */
  synchronized boolean online() {
    return agent != null && agent.online();
  }

  /** Power is gone, at once: nothing on the card says goodbye. Returns when nothing of it runs. */
  void cutPower() {
    synchronized (this) {
      off = true;
    }
    rom.powerOff();
    endAgent();
  }

  private void endAgent() {
    Agent running;
    SensorPoll readers;
    synchronized (this) {
      running = agent;
      readers = sensors;
      agent = null;
      sensors = null;
    }
    if (running != null) {
      running.kill();
    }
    if (readers != null) {
      readers.close();
    }
  }
}
