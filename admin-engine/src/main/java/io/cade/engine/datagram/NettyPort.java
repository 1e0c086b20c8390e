package io.cade.engine.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket of {@link NettyDatagramLoop}. Several datagrams of one size go to Linux as one buffer
 * that the kernel cuts up (UDP_SEGMENT); where it refuses to, and elsewhere, as single datagrams.
 */
final class NettyPort implements DatagramPort {
  private static final Logger LOG = LoggerFactory.getLogger(NettyPort.class);

  /** The least of what kernels allow (UDP_MAX_SEGMENTS). */
  private static final int MAX_SEGMENTS = 64;

  private static final int MAX_DATAGRAM_BYTES = 65_507;

  /** Single datagrams that go to the kernel by one system call at the most (sendmmsg). */
  private static final int FLUSHED_TOGETHER = 32;

  private final Channel channel;
  private final InetSocketAddress local;

  /** Cleared for good when the kernel refuses: a device without checksums, a block over the MTU. */
  private volatile boolean kernelCuts;

  private volatile boolean closed;

  // Owned by the loop: datagrams written since the last flush.
  private int unflushed;

  NettyPort(Channel channel) {
    this.channel = channel;
    this.local = (InetSocketAddress) channel.localAddress();
    this.kernelCuts =
        channel instanceof EpollDatagramChannel
            && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public boolean send(byte[] payload, InetSocketAddress to) {
    if (closed || !channel.isActive() || !channel.isWritable()) {
      return false;
    }
    DatagramPacket packet = new DatagramPacket(Unpooled.wrappedBuffer(payload), to);
    if (!channel.eventLoop().inEventLoop()) {
      logLoss(channel.writeAndFlush(packet), to);
      return true;
    }
    logLoss(channel.write(packet), to);
    // Answers to what was read, or committed, together leave together: when the loop has come to
    // the end of the tasks that it has now.
    if (unflushed == 0) {
      channel.eventLoop().execute(this::flush);
    }
    if (++unflushed >= FLUSHED_TOGETHER) {
      channel.flush();
      unflushed = 1;
    }
    return true;
  }

  private void flush() {
    unflushed = 0;
    channel.flush();
  }

  @Override
  public boolean sendSegments(int bytes, int segmentBytes, Filling filling, InetSocketAddress to)
      throws IOException {
    if (closed || !channel.isActive() || !channel.isWritable()) {
      return false;
    }
    ByteBuf all = channel.alloc().directBuffer(bytes, bytes);
    try {
      filling.fill(all.internalNioBuffer(0, bytes));
      all.writerIndex(bytes);
      int most = segmentBytes * Math.min(MAX_SEGMENTS, MAX_DATAGRAM_BYTES / segmentBytes);
      if (!kernelCuts || most <= segmentBytes) {
        sendEach(all, segmentBytes, to);
        return true;
      }
      while (all.isReadable()) {
        sendCut(all.readRetainedSlice(Math.min(most, all.readableBytes())), segmentBytes, to);
      }
      channel.flush();
      return true;
    } finally {
      all.release();
    }
  }

  private void sendCut(ByteBuf part, int segmentBytes, InetSocketAddress to) {
    if (part.readableBytes() <= segmentBytes) {
      logLoss(channel.write(new DatagramPacket(part, to)), to);
      return;
    }
    ByteBuf again = part.retainedDuplicate();
    channel
        .write(new SegmentedDatagramPacket(part, segmentBytes, to))
        .addListener(sent -> {
          try {
            if (!sent.isSuccess() && channel.isActive()) {
              if (kernelCuts) {
                LOG.debug("datagrams to {} are sent one by one", to, sent.cause());
              }
              kernelCuts = false;
              sendEach(again, segmentBytes, to);
            }
          } finally {
            again.release();
          }
        });
  }

  private void sendEach(ByteBuf all, int segmentBytes, InetSocketAddress to) {
    while (all.isReadable()) {
      ByteBuf one = all.readRetainedSlice(Math.min(segmentBytes, all.readableBytes()));
      logLoss(channel.write(new DatagramPacket(one, to)), to);
    }
    channel.flush();
  }

  private static void logLoss(ChannelFuture written, InetSocketAddress to) {
    if (written.isSuccess()) {
      return;
    }
    written.addListener(sent -> {
      if (!sent.isSuccess()) {
        LOG.debug("datagram to {} is lost: {}", to, String.valueOf(sent.cause()));
      }
    });
  }

  /**
   * Not at once: a receiver that closes its own port stands inside Netty's loop of reads, and on
   * Linux that loop goes on with the number of the descriptor, which by then may belong to another
   * thread's file or socket. What it reads there is stolen; a blocking one stops the loop for good.
   */
  @Override
  public void close() {
    closed = true;
    channel.config().setAutoRead(false);
    channel
        .eventLoop()
        .execute(() -> {
          var _ = channel.close();
        });
  }
}
