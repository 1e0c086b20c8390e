package io.cade.mib.snmp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.TransportStateReference;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.transport.UdpTransportMapping;

/**
 * The agent's socket. Its thread receives, lets a message be answered the short way, and hands what
 * is left to SNMP4J's dispatcher, which sends through it, too. Sending is thread-safe.
 */
final class AgentSocket extends UdpTransportMapping {
  private static final Logger LOG = LoggerFactory.getLogger(AgentSocket.class);

  /** Answers a message the short way. */
  interface ShortWay {
    /**
     * Called on the SNMP thread.
     *
     * @return where the answer begins that ends at the end of {@code response}, or -1
     */
    int answer(byte[] request, int length, InetSocketAddress from, byte[] response);
  }

  private final DatagramChannel channel;
  private final AgentCounters counters;

  /** Held while a message is processed: what answers has one caller at a time. */
  private final ReentrantLock turn;

  private volatile @Nullable ShortWay shortWay;
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  private AgentSocket(
      DatagramChannel channel, UdpAddress address, AgentCounters counters, ReentrantLock turn) {
    super(address);
    this.channel = channel;
    this.counters = counters;
    this.turn = turn;
    setMaxInboundMessageSize(SnmpAgent.MAX_MESSAGE_OCTETS);
  }

  /**
   * Binds it.
   *
   * @param receiveBuffer kernel buffer in octets
   * @param turn held while a message is processed
   */
  static AgentSocket bind(
      InetSocketAddress address, int receiveBuffer, AgentCounters counters, ReentrantLock turn)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
      channel.bind(address);
      var local = (InetSocketAddress) channel.getLocalAddress();
      return new AgentSocket(
          channel, new UdpAddress(local.getAddress(), local.getPort()), counters, turn);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Sets what is asked before SNMP4J is; before {@link #listen}. */
  void shortWay(ShortWay way) {
    shortWay = way;
  }

  private void setMaxInboundMessageSize(int octets) {
    maxInboundMessageSize = octets;
  }

  @Override
  public void listen() {
    Thread started = Thread.ofPlatform().name("snmp-agent").daemon().unstarted(this::receive);
    thread = started;
    started.start();
  }

  @Override
  public boolean isListening() {
    return thread != null && !closed;
  }

  private void receive() {
    // One octet more than is taken, to tell what is too long.
    var received = ByteBuffer.allocateDirect(SnmpAgent.MAX_MESSAGE_OCTETS + 1);
    byte[] request = new byte[SnmpAgent.MAX_MESSAGE_OCTETS + 1];
    byte[] response = new byte[SnmpAgent.MAX_MESSAGE_OCTETS + 512];
    var sent = ByteBuffer.allocateDirect(response.length);
    while (!closed) {
      try {
        received.clear();
        if (!(channel.receive(received) instanceof InetSocketAddress from)) {
          continue;
        }
        int length = received.flip().remaining();
        received.get(request, 0, length);
        ShortWay way = shortWay;
        int start = -1;
        turn.lock();
        try {
          start = way == null ? -1 : way.answer(request, length, from, response);
          if (start < 0 && length <= SnmpAgent.MAX_MESSAGE_OCTETS) {
            dispatch(request, length, from);
          }
        } finally {
          turn.unlock();
        }
        if (start >= 0) {
          sent.clear().put(response, start, response.length - start).flip();
          channel.send(sent, from);
        } else if (length > SnmpAgent.MAX_MESSAGE_OCTETS) {
          counters.inPackets.incrementAndGet();
          counters.count(SnmpConstants.snmpInASNParseErrs);
        }
      } catch (AsynchronousCloseException e) {
        return;
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // An ICMP error of an earlier answer, or no buffer: the manager asks again.
        LOG.debug("SNMP socket", e);
      } catch (RuntimeException e) {
        LOG.error("an SNMP message was not answered", e);
      }
    }
  }

  private void dispatch(byte[] request, int length, InetSocketAddress from) {
    var address = new UdpAddress(from.getAddress(), from.getPort());
    byte[] copy = java.util.Arrays.copyOf(request, length);
    fireProcessMessage(
        address,
        ByteBuffer.wrap(copy),
        new TransportStateReference(
            this,
            address,
            new OctetString(),
            SecurityLevel.undefined,
            SecurityLevel.undefined,
            false,
            channel));
  }

  @Override
  public void sendMessage(
      UdpAddress address,
      byte[] message,
      TransportStateReference tmStateReference,
      long timeoutMillis,
      int maxRetries)
      throws IOException {
    channel.send(
        ByteBuffer.wrap(message),
        new InetSocketAddress(address.getInetAddress(), address.getPort()));
  }

  /** Frees the port and waits a moment for the thread to end. */
  @SuppressWarnings("ReferenceEquality") // threads are what they are
  @Override
  public void close() throws IOException {
    closed = true;
    channel.close();
    Thread running = thread;
    if (running != null && running != Thread.currentThread()) {
      try {
        running.join(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
