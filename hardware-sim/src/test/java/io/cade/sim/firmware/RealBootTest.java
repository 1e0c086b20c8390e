package io.cade.sim.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.dhcp.decide.Outcome;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.sim.hub.Backplane;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.BindException;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Card, hub and engine over real loopback sockets, the engine on a thread of its own. */
@Timeout(120)
class RealBootTest {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final NettyDatagramLoop cabinet = new NettyDatagramLoop(group.next());
  private final ExecutorService files = Executors.newVirtualThreadPerTaskExecutor();
  private Backplane backplane;
  private TestEngine engine;

  @BeforeEach
  void start() throws Exception {
    backplane = new Backplane(freeOffset());
    engine =
        new TestEngine(
            new NettyDatagramLoop(group.next()),
            InstantSource.system(),
            files,
            backplane,
            20,
            Duration.ofHours(1));
  }

  /** Three ports in a row that nobody has. */
  private static int freeOffset() throws Exception {
    try (DatagramSocket probe = new DatagramSocket(TestEngine.ADDRESS.port(0))) {
      return Math.min(probe.getLocalPort(), 65_000) - 1067;
    }
  }

  @AfterEach
  void stop() {
    engine.close();
    files.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void aCardBootsThroughItsHubAndFetchesItsOwnConfiguration() {
    CardPosition position = new CardPosition(1, 3);
    PoweredCard card = firmware().powerOn(position, new MacAddress("02:00:00:01:03:00"));
    BootResult result = card.booted().orTimeout(30, TimeUnit.SECONDS).join();
    assertThat(result.address()).isEqualTo(Ipv4Address.of(127, 1, 1, 3).toInetAddress());
    assertThat(result.bootFile()).isEqualTo("agent.json");
    assertThat(new String(result.configuration(), StandardCharsets.US_ASCII))
        .isEqualTo(TestEngine.configurationOf(position));
    assertThat(engine.writer.current().lease(position)).isPresent();
    card.powerOff();
  }

  @Test
  void twoHundredAndEightyCardsBootAtOnce() {
    CardFirmware firmware = firmware();
    long began = System.nanoTime();
    List<PoweredCard> cards = new ArrayList<>();
    for (int c = 1; c <= 20; c++) {
      for (int s = 1; s <= 14; s++) {
        cards.add(
            firmware.powerOn(
                new CardPosition(c, s),
                MacAddress.of(new byte[] {2, 0, 0, (byte) c, (byte) s, 0})));
      }
    }
    for (PoweredCard card : cards) {
      BootResult result = card.booted().orTimeout(60, TimeUnit.SECONDS).join();
      assertThat(new String(result.configuration(), StandardCharsets.US_ASCII))
          .isEqualTo(TestEngine.configurationOf(card.position()));
    }
    System.out.printf(
        "280 cards booted in %d ms; %s%n",
        (System.nanoTime() - began) / 1_000_000, engine.dhcp.outcomes().get(Outcome.ACKED));
    cards.forEach(PoweredCard::powerOff);
  }

  @Test
  void twoCardsCannotBeInOneSlot() {
    CardPosition position = new CardPosition(1, 3);
    PoweredCard card = firmware().powerOn(position, new MacAddress("02:00:00:01:03:00"));
    card.booted().orTimeout(30, TimeUnit.SECONDS).join();
    PoweredCard second = firmware().powerOn(position, new MacAddress("02:00:00:01:03:01"));
    assertThatThrownBy(() -> second.booted().orTimeout(30, TimeUnit.SECONDS).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(BindException.class);
    card.powerOff();
  }

  private CardFirmware firmware() {
    return new CardFirmware(cabinet, backplane, FirmwareConfig.standard(), new Random(1));
  }
}
