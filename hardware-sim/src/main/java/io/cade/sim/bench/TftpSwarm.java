package io.cade.sim.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Many clients at once, each from the address of its card, on the calling thread. */
final class TftpSwarm {
  private static final long REPEAT_NANOS = 1_000_000_000;
  private static final long LIMIT_NANOS = 120_000_000_000L;
  private static final int READS_A_TURN = 16;

  private TftpSwarm() {}

  /**
   * @param rates of each client, bytes per second until it had everything
   * @param failed clients that did not get everything
   */
  record Result(double seconds, List<Double> rates, int failed, int repeats) {
    /** 1 when all got the same, 1/n when one got everything. */
    double jain() {
      double sum = rates.stream().mapToDouble(r -> r).sum();
      double squares = rates.stream().mapToDouble(r -> r * r).sum();
      return squares == 0 ? 0 : sum * sum / (rates.size() * squares);
    }
  }

  private static final class Card {
    private final DatagramChannel channel;
    private final TftpClient client;
    private @Nullable InetSocketAddress from;
    private long heardNanos;

    Card(DatagramChannel channel, TftpClient client, long now) {
      this.channel = channel;
      this.client = client;
      this.heardNanos = now;
    }
  }

  static Result fetch(InetSocketAddress server, String file, int clients, int block, int window)
      throws IOException {
    List<Card> waiting = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    int repeats = 0;
    try (Selector selector = Selector.open()) {
      long began = System.nanoTime();
      for (int i = 0; i < clients; i++) {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, TftpClient.SOCKET_BUFFER_BYTES);
        channel.bind(new InetSocketAddress(BootServerUnderTest.address(i), 0));
        channel.configureBlocking(false);
        Card card = new Card(channel, new TftpClient(channel, server, file, block, window), began);
        channel.register(selector, SelectionKey.OP_READ, card);
        waiting.add(card);
        card.client.request();
      }
      ByteBuffer packet = ByteBuffer.allocateDirect(65_536);
      long looked = began;
      while (!waiting.isEmpty() && System.nanoTime() - began < LIMIT_NANOS) {
        selector.select(
            key -> {
              try {
                read((Card) key.attachment(), packet);
              } catch (IOException e) {
                key.cancel();
              }
            },
            200);
        long now = System.nanoTime();
        for (int i = waiting.size() - 1; i >= 0; i--) {
          Card card = waiting.get(i);
          if (card.client.isOver()) {
            rates.add(card.client.bytes() * 1e9 / (now - began));
            card.channel.close();
            waiting.remove(i);
          }
        }
        if (now - looked > REPEAT_NANOS / 4) {
          looked = now;
          for (Card card : waiting) {
            if (now - card.heardNanos > REPEAT_NANOS) {
              card.heardNanos = now;
              card.client.repeat();
              repeats++;
            }
          }
        }
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      int failed = waiting.size();
      for (Card card : waiting) {
        card.channel.close();
        rates.add(0.0);
      }
      long complete = rates.stream().filter(r -> r > 0).count();
      return new Result(seconds, rates, failed + (int) (clients - failed - complete), repeats);
    }
  }

  private static void read(Card card, ByteBuffer packet) throws IOException {
    for (int i = 0; i < READS_A_TURN && !card.client.isOver(); i++) {
      packet.clear();
      InetSocketAddress from = card.from;
      if (from == null) {
        from = (InetSocketAddress) card.channel.receive(packet);
        card.from = from;
      } else if (card.channel.read(packet) == 0) {
        return;
      }
      if (from == null) {
        return;
      }
      card.heardNanos = System.nanoTime();
      card.client.received(from, packet.flip());
    }
  }
}
