package io.cade.sim.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;

/**
 * A TFTP client that only counts what it gets, so that servers are measured and not clients. Does
 * not own its channel's thread: {@link #received} is told of every datagram. Not thread-safe.
 */
final class TftpClient {
  static final int SOCKET_BUFFER_BYTES = 2 << 20;

  private final DatagramChannel channel;
  private final InetSocketAddress server;
  private final int block;
  private final int window;
  private final String file;
  private final ByteBuffer ack = ByteBuffer.allocateDirect(4);
  private int agreedBlock = 512;
  private int agreedWindow = 1;
  private boolean connected;
  private boolean over;
  private long received;
  private long acked;
  private long bytes;
  private long digest;
  private int gaps;
  private boolean gapTold;

  TftpClient(
      DatagramChannel channel, InetSocketAddress server, String file, int block, int window) {
    this.channel = channel;
    this.server = server;
    this.file = file;
    this.block = block;
    this.window = window;
  }

  void request() throws IOException {
    String options = "blksize\0" + block + "\0";
    if (window > 1) {
      options += "windowsize\0" + window + "\0";
    }
    byte[] text = ("\0\1" + file + "\0octet\0" + options).getBytes(StandardCharsets.US_ASCII);
    channel.send(ByteBuffer.wrap(text), server);
  }

  /** Whether the whole file is there. */
  boolean isOver() {
    return over;
  }

  long bytes() {
    return bytes;
  }

  /** Changes when bytes are lost or exchanged; cheap, unlike a real digest. */
  long digest() {
    return digest;
  }

  int gaps() {
    return gaps;
  }

  /** Nothing has come for long: says again what was said last. */
  void repeat() throws IOException {
    gapTold = false;
    if (connected) {
      acknowledge();
    } else {
      request();
    }
  }

  /**
   * @param packet flipped
   */
  void received(InetSocketAddress from, ByteBuffer packet) throws IOException {
    if (!connected) {
      channel.connect(from);
      connected = true;
    }
    switch (packet.getShort(0)) {
      case 3 -> data(packet);
      case 6 -> {
        agree(packet);
        acknowledge();
      }
      default ->
          throw new IOException(
              "server says "
                  + StandardCharsets.US_ASCII.decode(packet.slice(4, packet.limit() - 4)));
    }
  }

  private void agree(ByteBuffer packet) {
    String[] words =
        StandardCharsets.US_ASCII
            .decode(packet.slice(2, packet.limit() - 2))
            .toString()
            .split("\0", -1);
    for (int i = 0; i + 1 < words.length; i += 2) {
      switch (words[i]) {
        case "blksize" -> agreedBlock = Integer.parseInt(words[i + 1]);
        case "windowsize" -> agreedWindow = Integer.parseInt(words[i + 1]);
        default -> {
          // Not asked for.
        }
      }
    }
  }

  private void data(ByteBuffer packet) throws IOException {
    int ahead = (packet.getShort(2) - (int) received) & 0xffff;
    if (ahead != 1) {
      if (ahead > 1 && ahead <= agreedWindow && !gapTold) {
        gaps++;
        gapTold = true;
        acknowledge();
      }
      return;
    }
    received++;
    gapTold = false;
    int length = packet.limit() - 4;
    bytes += length;
    if (length >= 8) {
      digest = 31 * digest + packet.getLong(packet.limit() - 8);
    }
    over = length < agreedBlock;
    if (over || received - acked >= agreedWindow) {
      acknowledge();
    }
  }

  private void acknowledge() throws IOException {
    acked = received;
    ack.clear();
    ack.putShort((short) 4).putShort((short) received).flip();
    channel.write(ack);
  }

  /** One fetch on the calling thread. */
  record Fetch(long bytes, long digest, double seconds, int gaps) {
    double mebibytesPerSecond() {
      return bytes / seconds / (1 << 20);
    }
  }

  static Fetch fetch(InetSocketAddress server, String file, int block, int window)
      throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
      channel.bind(new InetSocketAddress(BootServerUnderTest.address(0), 0));
      TftpClient client = new TftpClient(channel, server, file, block, window);
      ByteBuffer packet = ByteBuffer.allocateDirect(65_536);
      long began = System.nanoTime();
      client.request();
      InetSocketAddress from = (InetSocketAddress) channel.receive(packet);
      if (from == null) {
        throw new SocketTimeoutException("no answer");
      }
      client.received(from, packet.flip());
      while (!client.isOver()) {
        packet.clear();
        channel.read(packet);
        client.received(from, packet.flip());
      }
      return new Fetch(
          client.bytes(), client.digest(), (System.nanoTime() - began) / 1e9, client.gaps());
    }
  }
}
