package io.cade.agent.run;

import io.cade.agent.core.AgentTimings;
import io.cade.agent.device.OperatingSystem;
import io.cade.agent.gateway.HttpEngineChannels;
import io.cade.agent.gateway.TestGateway;
import io.cade.agent.wire.CardBootConfig;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.ChassisStatus;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SoftwareDescriptor;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One card with a real agent, against a {@link TestGateway}. */
final class TestCard {
  final CardPosition position;
  final InetAddress address;
  final int pokePort;
  final int servicePort;

  /** What models of the device change; null when none may. */
  @Nullable OperatingSystem system;

  final AtomicInteger refetches = new AtomicInteger();
  private final TestGateway gateway;
  private final AgentPlatform platform;
  private final Path directory;
  private final Duration interval;

  TestCard(
      TestGateway gateway,
      AgentPlatform platform,
      CardPosition position,
      Path directory,
      Duration interval)
      throws IOException {
    this.gateway = gateway;
    this.platform = platform;
    this.position = position;
    this.directory = directory;
    this.interval = interval;
    this.address = InetAddress.ofLiteral("127.1." + position.chassis() + "." + position.slot());
    this.pokePort = FreePorts.udp(address);
    this.servicePort = FreePorts.tcp(address);
  }

  static AgentPlatform platform(ExecutorService executor, ServiceProcesses processes) {
    return new AgentPlatform(
        new HttpEngineChannels(executor, HttpEngineChannels.Timeouts.standard()),
        processes,
        InstantSource.system(),
        new SecureRandom(),
        AgentTimings.standard());
  }

  CardBootConfig config(String secret) {
    return new CardBootConfig(
        position,
        "127.0.0.1",
        gateway.port(),
        gateway.authority.pem(),
        secret,
        address.getHostAddress(),
        pokePort,
        servicePort,
        interval);
  }

  /** Boots with a fresh secret, which the gateway accepts once. */
  Agent boot() throws IOException {
    String secret = "secret of " + position + " " + System.nanoTime();
    gateway.secrets.put(secret, position);
    return boot(secret);
  }

  Agent boot(String secret) throws IOException {
    return Agent.start(
        new AgentEnvironment(
            platform,
            config(secret),
            CardRole.SERVER,
            directory,
            new HardwareDescriptor(
                "Cade",
                "card",
                "S1",
                MacAddress.of(
                    new byte[] {2, 0, 0, (byte) position.chassis(), (byte) position.slot(), 0}),
                2,
                1L << 30,
                List.of()),
            new SoftwareDescriptor("1", "base", "1", "Linux"),
            sensors(),
            this::refetch,
            CardPower.none(),
            system,
            CardImages.none()));
  }

  private CardBootConfig refetch() {
    refetches.incrementAndGet();
    String secret = "fresh secret of " + position + " " + System.nanoTime();
    gateway.secrets.put(secret, position);
    return config(secret);
  }

  private CardSensors sensors() {
    return new CardSensors() {
      @Override
      public List<SensorReading> card() {
        return List.of(
            new SensorReading(
                "inlet",
                SensorReading.Kind.CELSIUS,
                21.5,
                SensorReading.Quality.OK,
                "",
                Instant.now()));
      }

      @Override
      public Optional<ChassisStatus> chassis() {
        return Optional.of(
            new ChassisStatus(position.chassis(), List.of(position.slot()), List.of()));
      }
    };
  }

  void poke(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(
          new DatagramPacket(bytes, bytes.length, new InetSocketAddress(address, pokePort)));
    }
  }

  String get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(
                      URI.create("http://" + address.getHostAddress() + ":" + servicePort + path))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
