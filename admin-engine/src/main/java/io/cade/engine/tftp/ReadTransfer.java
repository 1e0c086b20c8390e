package io.cade.engine.tftp;

import io.cade.engine.boottree.BootFile;
import io.cade.engine.datagram.DatagramPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file on its way to a client. Blocks are read on the loop, in practice from the page cache. */
final class ReadTransfer extends Transfer {
  private static final Logger LOG = LoggerFactory.getLogger(ReadTransfer.class);

  private @Nullable BootFile file;
  private @Nullable TransferCore core;

  ReadTransfer(TransferHost host, InetSocketAddress client) {
    super(host, client);
  }

  /** The file has been found; it belongs to this transfer from now on. */
  void reads(BootFile found, Negotiation agreed, TftpConfig config) {
    file = found;
    core = new TransferCore(found.size(), agreed, config);
  }

  @Override
  void start() {
    step(new TransferCore.Event.Start());
  }

  @Override
  void packet(TftpPacket packet) {
    step(new TransferCore.Event.Received(packet));
  }

  @Override
  void tick() {
    step(new TransferCore.Event.Tick());
  }

  private void step(TransferCore.Event event) {
    TransferCore stepped = core;
    if (stepped == null || isOver()) {
      return;
    }
    TransferCore.Step next = stepped.step(event, host().loop().nanoTime());
    boolean sends = next.send().isPresent() || next.window().isPresent();
    if (sends && stepped.retries() > 0) {
      host().count(TftpOutcome.RETRANSMITTED);
    }
    next.send().ifPresent(this::send);
    next.window().ifPresent(this::send);
    if (next.end().isPresent()) {
      end(next.end().get());
    } else {
      wakeAt(next.wakeAtNanos());
    }
  }

  private void send(TransferCore.Window window) {
    DatagramPort open = port();
    BootFile content = file;
    if (open == null || content == null) {
      return;
    }
    try {
      boolean sent =
          open.sendSegments(
              WindowWriter.bytes(window),
              WindowWriter.segmentBytes(window),
              WindowWriter.of(window, content),
              client());
      if (!sent) {
        host().count(TftpOutcome.SEND_DROPPED);
      }
    } catch (IOException e) {
      LOG.warn("boot file {} for {} cannot be read further", content.tag(), client(), e);
      send(new TftpPacket.Failure(TftpPacket.ERROR_OTHER, "file cannot be read"));
      end(TftpOutcome.READ_FAILED);
    }
  }

  @Override
  void release() {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
