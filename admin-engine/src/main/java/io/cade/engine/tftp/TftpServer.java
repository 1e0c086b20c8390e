package io.cade.engine.tftp;

import io.cade.engine.boottree.BootFile;
import io.cade.engine.boottree.BootOutcome;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.Lookup;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.Tally;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link BootTree}s by TFTP, for reading only (SPEC B3). Every transfer has a port of its
 * own (TID). Limits are in {@link TftpConfig}. All state is owned by the loop; the tree is asked on
 * the executor, blocks are read on the loop, in practice from the page cache.
 */
public final class TftpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TftpServer.class);

  private final DatagramLoop loop;
  private final BootTree tree;
  private final Executor files;
  private final TftpConfig config;
  private final Tally<TftpOutcome> outcomes = new Tally<>(TftpOutcome.class);

  // Owned by the loop.
  private final Map<InetSocketAddress, Transfer> transfers = new HashMap<>();
  private @Nullable DatagramPort port;
  private boolean closed;

  private volatile InetSocketAddress local;

  private TftpServer(DatagramLoop loop, BootTree tree, Executor files, TftpConfig config) {
    this.loop = loop;
    this.tree = tree;
    this.files = files;
    this.config = config;
    this.local = config.listen();
  }

  /**
   * Opens the port and serves.
   *
   * @param files opens files; on virtual time the calling thread
   * @return completes exceptionally with {@link java.net.BindException} naming the address when it
   *     cannot be had
   */
  public static CompletableFuture<TftpServer> start(
      DatagramLoop loop, BootTree tree, Executor files, TftpConfig config) {
    TftpServer server = new TftpServer(loop, tree, files, config);
    return loop.open(config.listen(), TftpCodec.MAX_REQUEST_BYTES, server::received)
        .thenApply(port -> {
          server.local = port.local();
          loop.execute(() -> {
            server.port = port;
            if (server.closed) {
              port.close();
            }
          });
          return server;
        });
  }

  /** Where requests arrive, with the real port. */
  public InetSocketAddress local() {
    return local;
  }

  /** How often each outcome came about. */
  public Map<TftpOutcome, Long> outcomes() {
    return outcomes.all();
  }

  /** Stops; transfers under way end without a word. */
  @Override
  public void close() {
    loop.execute(() -> {
      closed = true;
      DatagramPort open = port;
      if (open != null) {
        open.close();
      }
      transfers.values().stream().toList().forEach(t -> t.end(null));
    });
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    if (closed) {
      return;
    }
    switch (TftpCodec.decode(datagram)) {
      case TftpPacket.ReadRequest r -> read(from, r);
      case TftpPacket.WriteRequest w ->
          refuse(from, TftpPacket.ERROR_ACCESS, "read only", TftpOutcome.REFUSED_WRITE);
      // Only requests belong here; answering anything else could make two servers talk for ever.
      case TftpPacket.Data d -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.Ack a -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.Failure f -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.OptionAck o -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.Malformed m -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
    }
  }

  private void read(InetSocketAddress from, TftpPacket.ReadRequest request) {
    if (!request.mode().equals("octet") && !request.mode().equals("netascii")) {
      refuse(from, TftpPacket.ERROR_ILLEGAL, "mode octet or netascii", TftpOutcome.REFUSED_MODE);
      return;
    }
    if (transfers.containsKey(from)) {
      // Its answer is lost or late; the transfer repeats it by itself.
      outcomes.count(TftpOutcome.DUPLICATE_REQUEST);
      return;
    }
    long ofClient =
        transfers.keySet().stream().filter(c -> c.getAddress().equals(from.getAddress())).count();
    if (transfers.size() >= config.maxTransfers() || ofClient >= config.maxTransfersPerClient()) {
      refuse(
          from, TftpPacket.ERROR_OTHER, "too many transfers, try later", TftpOutcome.REFUSED_LIMIT);
      return;
    }
    Transfer transfer = new Transfer(from);
    transfers.put(from, transfer);
    files.execute(() -> {
      Lookup found = open(from, request);
      loop.execute(() -> opened(transfer, request, found));
    });
  }

  private Lookup open(InetSocketAddress from, TftpPacket.ReadRequest request) {
    Lookup lookup = tree.open(from.getAddress(), request.file());
    if (!(lookup instanceof Lookup.Found found) || request.mode().equals("octet")) {
      return lookup;
    }
    try {
      return new Lookup.Found(found.position(), found.name(), Netascii.of(found.file()));
    } catch (IOException e) {
      LOG.warn("boot file {} of card {}", found.name(), found.position(), e);
      return new Lookup.Refused(BootOutcome.FAILED);
    }
  }

  private void opened(Transfer transfer, TftpPacket.ReadRequest request, Lookup lookup) {
    switch (lookup) {
      case Lookup.Refused r -> {
        transfer.end(null);
        switch (r.why()) {
          case NOT_FOUND ->
              refuse(
                  transfer.client,
                  TftpPacket.ERROR_NOT_FOUND,
                  "no such file",
                  TftpOutcome.NOT_FOUND);
          case FAILED ->
              refuse(
                  transfer.client,
                  TftpPacket.ERROR_OTHER,
                  "file cannot be read",
                  TftpOutcome.READ_FAILED);
          case OPENED, REFUSED_SOURCE, REFUSED_NAME, REFUSED_ABSOLUTE, REFUSED_TRAVERSAL ->
              refuse(transfer.client, TftpPacket.ERROR_ACCESS, "refused", TftpOutcome.REFUSED);
        }
      }
      case Lookup.Found f -> {
        Negotiation agreed = Negotiation.of(request.options(), f.file().size(), config);
        TransferCore core = new TransferCore(f.file()::read, f.file().size(), agreed, config);
        transfer.file = f.file();
        var _ =
            loop.open(
                    new InetSocketAddress(config.listen().getAddress(), 0),
                    TftpCodec.MAX_REQUEST_BYTES,
                    transfer::received)
                .whenComplete(
                    (opened, failure) -> loop.execute(() -> transfer.begin(core, opened)));
      }
    }
  }

  private void refuse(InetSocketAddress to, int code, String message, TftpOutcome outcome) {
    outcomes.count(outcome);
    DatagramPort open = port;
    if (open != null) {
      open.send(TftpCodec.encode(new TftpPacket.Failure(code, message)), to);
    }
  }

  /** One client's transfer; owned by the loop. */
  private final class Transfer {
    private final InetSocketAddress client;
    private @Nullable BootFile file;
    private @Nullable DatagramPort own;
    private @Nullable TransferCore core;
    private boolean over;
    private boolean timerSet;
    private long wakeAtNanos;

    Transfer(InetSocketAddress client) {
      this.client = client;
    }

    void begin(TransferCore begun, @Nullable DatagramPort opened) {
      own = opened;
      if (opened == null || over) {
        LOG.warn("no port for a transfer to {}", client);
        end(TftpOutcome.REFUSED_LIMIT);
        return;
      }
      core = begun;
      step(new TransferCore.Event.Start());
    }

    void received(InetSocketAddress from, byte[] datagram) {
      DatagramPort open = own;
      if (over || open == null) {
        return;
      }
      if (!from.equals(client)) {
        outcomes.count(TftpOutcome.UNKNOWN_TID);
        open.send(
            TftpCodec.encode(
                new TftpPacket.Failure(TftpPacket.ERROR_UNKNOWN_TID, "not your transfer")),
            from);
        return;
      }
      step(new TransferCore.Event.Received(TftpCodec.decode(datagram)));
    }

    private void step(TransferCore.Event event) {
      TransferCore stepped = core;
      DatagramPort open = own;
      if (over || stepped == null || open == null) {
        return;
      }
      TransferCore.Step next = stepped.step(event, loop.nanoTime());
      next.send().forEach(p -> open.send(TftpCodec.encode(p), client));
      if (next.end().isPresent()) {
        end(next.end().get());
        return;
      }
      wakeAtNanos = next.wakeAtNanos();
      wakeLater();
    }

    /** One timer at a time, which looks for itself whether it is too early: no timer a packet. */
    private void wakeLater() {
      if (timerSet) {
        return;
      }
      timerSet = true;
      loop.schedule(
          Duration.ofNanos(Math.max(0, wakeAtNanos - loop.nanoTime())),
          () -> {
            timerSet = false;
            if (over) {
              return;
            }
            if (wakeAtNanos - loop.nanoTime() > 0) {
              wakeLater();
            } else {
              step(new TransferCore.Event.Tick());
            }
          });
    }

    void end(@Nullable TftpOutcome outcome) {
      if (!over) {
        over = true;
        transfers.remove(client, this);
        if (outcome != null) {
          outcomes.count(outcome);
        }
      }
      if (file != null) {
        file.close();
        file = null;
      }
      if (own != null) {
        own.close();
      }
    }
  }
}
