package io.cade.proxy.vrrp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Balancers of one machine, on its loopback network, where nobody needs ARP: the address is had by
 * whoever listens at it, which the system grants to one process only. Advertisements are UDP
 * datagrams from each to each. The TTL cannot be seen here; packets with loopback addresses never
 * come from outside.
 */
final class LoopbackLink implements VrrpLink {
  private static final Logger log = LoggerFactory.getLogger(LoopbackLink.class);
  private static final int MOST_BYTES = VrrpPacket.HEADER_BYTES + 4 * VrrpPacket.MOST_ADDRESSES + 1;

  private final InetSocketAddress own;
  private final Set<InetSocketAddress> peers;
  private @Nullable DatagramChannel channel;

  /**
   * @param own where this balancer receives
   * @param peers where the others do
   */
  LoopbackLink(InetSocketAddress own, Set<InetSocketAddress> peers) {
    this.own = own;
    this.peers = Set.copyOf(peers);
  }

  @Override
  public Inet4Address own() {
    return (Inet4Address) own.getAddress();
  }

  @Override
  public boolean isUp() {
    return true;
  }

  @Override
  public void open(VrrpSettings settings, Consumer<VrrpReading> inbox) throws IOException {
    DatagramChannel opened = DatagramChannel.open();
    try {
      opened.bind(own);
    } catch (IOException e) {
      opened.close();
      throw new IOException(
          "virtualAddress.loopback: cannot use "
              + own.getAddress().getHostAddress()
              + ":"
              + own.getPort()
              + "/udp ("
              + e.getMessage()
              + "); give each balancer its own",
          e);
    }
    channel = opened;
    VrrpReader reader = new VrrpReader(settings, own());
    Thread.ofPlatform().name("vrrp-receive").daemon().start(() -> receive(opened, reader, inbox));
  }

  private void receive(DatagramChannel from, VrrpReader reader, Consumer<VrrpReading> inbox) {
    ByteBuffer buffer = ByteBuffer.allocate(MOST_BYTES);
    while (from.isOpen()) {
      buffer.clear();
      try {
        if (from.receive(buffer) instanceof InetSocketAddress sender) {
          inbox.accept(
              peers.contains(sender) && sender.getAddress() instanceof Inet4Address four
                  ? reader.message(buffer.array(), 0, buffer.position(), four, own())
                  : new VrrpReading.Refused(VrrpFault.STRANGER));
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        log.debug("not received: {}", e.toString());
      }
    }
  }

  @Override
  public void send(VrrpPacket packet) throws IOException {
    DatagramChannel to = channel;
    if (to == null) {
      throw new IOException("not open");
    }
    for (InetSocketAddress peer : peers) {
      to.send(ByteBuffer.wrap(packet.encode(own(), (Inet4Address) peer.getAddress())), peer);
    }
  }

  @Override
  public void take() {
    // The address is there; who listens has it.
  }

  @Override
  public void release() {
    // Likewise.
  }

  @Override
  public void announce() {
    // No neighbour asks for it.
  }

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
