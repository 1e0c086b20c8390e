package io.cade.engine.app;

import io.cade.agent.wire.CardPosition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends pokes: datagrams that tell a card that it is worth asking. They prove nothing and may get
 * lost; the card's next report tells it the same (SPEC R3). At most one a card in {@code QUIET}.
 * Thread-safe.
 */
final class Poker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Poker.class);
  private static final byte[] POKE = "CADE-POKE\n".getBytes(StandardCharsets.US_ASCII);
  private static final Duration QUIET = Duration.ofSeconds(1);

  private final EngineConfig config;
  private final LongSupplier ticker;
  private final DatagramChannel channel;
  private final Map<CardPosition, Long> poked = new ConcurrentHashMap<>();

  Poker(EngineConfig config, LongSupplier ticker) throws IOException {
    this.config = config;
    this.ticker = ticker;
    channel = DatagramChannel.open();
    channel.configureBlocking(false);
    channel.bind(new InetSocketAddress(config.listenAddress(), 0));
  }

  void poke(CardPosition position) {
    long now = ticker.getAsLong();
    Long last = poked.get(position);
    if (last != null && now - last < QUIET.toNanos()) {
      return;
    }
    poked.put(position, now);
    try {
      var _ =
          channel.send(
              ByteBuffer.wrap(POKE),
              new InetSocketAddress(
                  InetAddress.ofLiteral(config.addressOf(position)), config.ports().poke()));
    } catch (IOException e) {
      LOG.debug("card {} could not be poked", position, e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
