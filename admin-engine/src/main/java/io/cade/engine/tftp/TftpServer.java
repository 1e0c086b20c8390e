package io.cade.engine.tftp;

import io.cade.engine.boottree.BootOutcome;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.Lookup;
import io.cade.engine.boottree.UploadLookup;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link BootTree}s by TFTP (SPEC B3): files are read, and written where the tree has a
 * place for crash dumps and logs. Every transfer has a port of its own (TID). Limits are in {@link
 * TftpConfig}. All state is owned by the loop; the tree is asked on the executor.
 */
public final class TftpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TftpServer.class);

  /**
   * How long a client's own unanswered transfer keeps its place. Longer than a round trip, so that
   * a client with many transfers does not push out its own; short, so that holding all places of a
   * card takes a flood.
   */
  private static final Duration OWN_PLACE = Duration.ofMillis(50);

  private final DatagramLoop loop;
  private final BootTree tree;
  private final Executor files;
  private final TftpConfig config;
  private final Tally<TftpOutcome> outcomes = new Tally<>(TftpOutcome.class);
  private final TransferHost host = new Host();

  // Owned by the loop. The oldest first.
  private final Map<InetSocketAddress, Transfer> transfers = new LinkedHashMap<>();
  private final Map<InetAddress, Integer> ofClient = new HashMap<>();
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
   * @param files opens and completes files; on virtual time the calling thread
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
      case TftpPacket.ReadRequest r -> {
        if (admitted(from, r.mode())) {
          ReadTransfer transfer = new ReadTransfer(host, from);
          add(transfer);
          files.execute(() -> read(transfer, r));
        }
      }
      case TftpPacket.WriteRequest w -> {
        if (admitted(from, w.mode())) {
          WriteTransfer transfer = new WriteTransfer(host, from);
          add(transfer);
          files.execute(() -> write(transfer, w));
        }
      }
      // Only requests belong here; answering anything else could make two servers talk for ever.
      case TftpPacket.Data d -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.Ack a -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.Failure f -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.OptionAck o -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
      case TftpPacket.Malformed m -> outcomes.count(TftpOutcome.REFUSED_MALFORMED);
    }
  }

  private boolean admitted(InetSocketAddress from, String mode) {
    if (!mode.equals("octet") && !mode.equals("netascii")) {
      refuse(from, TftpPacket.ERROR_ILLEGAL, "mode octet or netascii", TftpOutcome.REFUSED_MODE);
      return false;
    }
    if (transfers.containsKey(from)) {
      // Its answer is lost or late; the transfer repeats it by itself.
      outcomes.count(TftpOutcome.DUPLICATE_REQUEST);
      return false;
    }
    boolean clientFull =
        ofClient.getOrDefault(from.getAddress(), 0) >= config.maxTransfersPerClient();
    boolean full = clientFull || transfers.size() >= config.maxTransfers();
    if (full && !makeRoom(clientFull ? Optional.of(from.getAddress()) : Optional.empty())) {
      refuse(
          from,
          TftpPacket.ERROR_OTHER,
          "too many transfers, try later",
          clientFull ? TftpOutcome.REFUSED_CLIENT_LIMIT : TftpOutcome.REFUSED_LIMIT);
      return false;
    }
    return true;
  }

  /**
   * Ends the oldest transfer that nobody ever answered. Requests with a forged source are never
   * answered; without this, eight of them would keep a card from its files until they are given up.
   *
   * @param client whose transfer it has to be
   */
  private boolean makeRoom(Optional<InetAddress> client) {
    long patience = (client.isPresent() ? OWN_PLACE : config.firstTimeout()).toNanos();
    for (Transfer each : transfers.values()) {
      if (each.isUnanswered(patience)
          && client.map(c -> c.equals(each.client().getAddress())).orElse(true)) {
        // Without a word: a client that is there asks again, a forged source is not bothered.
        each.end(TftpOutcome.GAVE_WAY);
        return true;
      }
    }
    return false;
  }

  private void add(Transfer transfer) {
    transfers.put(transfer.client(), transfer);
    ofClient.merge(transfer.client().getAddress(), 1, Integer::sum);
  }

  /** On the executor. */
  private void read(ReadTransfer transfer, TftpPacket.ReadRequest request) {
    InetAddress client = transfer.client().getAddress();
    Lookup lookup = tree.open(client, request.file());
    if (lookup instanceof Lookup.Found found && request.mode().equals("netascii")) {
      try {
        lookup = new Lookup.Found(found.position(), found.name(), Netascii.encoded(found.file()));
      } catch (IOException e) {
        LOG.warn("boot file {} of card {}", found.name(), found.position(), e);
        lookup = new Lookup.Refused(BootOutcome.FAILED);
      }
    }
    switch (lookup) {
      case Lookup.Refused r -> loop.execute(() -> refused(transfer, r.why()));
      case Lookup.Found f -> {
        int block = TftpConfig.blockFor(config.mtu().towards(client));
        Negotiation agreed = Negotiation.forRead(request.options(), f.file().size(), block, config);
        loop.execute(() -> {
          transfer.reads(f.file(), agreed, config);
          openPort(transfer, TftpCodec.MAX_REQUEST_BYTES);
        });
      }
    }
  }

  /** On the executor. */
  private void write(WriteTransfer transfer, TftpPacket.WriteRequest request) {
    InetAddress client = transfer.client().getAddress();
    UploadLookup lookup =
        tree.openUpload(client, request.file(), Negotiation.announcedSize(request.options()));
    switch (lookup) {
      case UploadLookup.Refused r -> loop.execute(() -> refused(transfer, r.why()));
      case UploadLookup.Opened o -> {
        int block = TftpConfig.blockFor(config.mtu().towards(client));
        Negotiation agreed = Negotiation.forWrite(request.options(), block, config);
        boolean text = request.mode().equals("netascii");
        loop.execute(() -> {
          transfer.writes(text ? Netascii.decoding(o.upload()) : o.upload(), agreed, config);
          // One byte more, so that a block that is too long is seen to be.
          openPort(transfer, agreed.blockBytes() + TftpCodec.DATA_HEADER_BYTES + 1);
        });
      }
    }
  }

  private void openPort(Transfer transfer, int maxBytes) {
    var _ =
        loop.open(
                new InetSocketAddress(config.listen().getAddress(), 0),
                maxBytes,
                transfer::received)
            .whenComplete((opened, failure) -> {
              if (opened == null) {
                LOG.warn("no port for a transfer to {}", transfer.client(), failure);
              }
              loop.execute(() -> transfer.begin(opened));
            });
  }

  private void refused(Transfer transfer, BootOutcome why) {
    if (transfer.isOver()) {
      return;
    }
    transfer.end(null);
    InetSocketAddress client = transfer.client();
    switch (why) {
      case NOT_FOUND ->
          refuse(client, TftpPacket.ERROR_NOT_FOUND, "no such file", TftpOutcome.NOT_FOUND);
      case FAILED ->
          refuse(client, TftpPacket.ERROR_OTHER, "file cannot be opened", TftpOutcome.READ_FAILED);
      case REFUSED_UPLOAD_PATH ->
          refuse(client, TftpPacket.ERROR_ACCESS, "read only", TftpOutcome.REFUSED_WRITE);
      case REFUSED_UPLOAD_EXISTS ->
          refuse(client, TftpPacket.ERROR_EXISTS, "file exists", TftpOutcome.REFUSED_WRITE);
      case REFUSED_UPLOAD_SPACE ->
          refuse(client, TftpPacket.ERROR_DISK_FULL, "no room", TftpOutcome.WRITE_LIMIT);
      case OPENED,
          UPLOAD_OPENED,
          REFUSED_SOURCE,
          REFUSED_NAME,
          REFUSED_ABSOLUTE,
          REFUSED_TRAVERSAL ->
          refuse(client, TftpPacket.ERROR_ACCESS, "refused", TftpOutcome.REFUSED);
    }
  }

  private void refuse(InetSocketAddress to, int code, String message, TftpOutcome outcome) {
    outcomes.count(outcome);
    DatagramPort open = port;
    if (open != null && !open.send(TftpCodec.encode(new TftpPacket.Failure(code, message)), to)) {
      outcomes.count(TftpOutcome.SEND_DROPPED);
    }
  }

  private final class Host implements TransferHost {
    @Override
    public DatagramLoop loop() {
      return loop;
    }

    @Override
    public Executor files() {
      return files;
    }

    @Override
    public void count(TftpOutcome outcome) {
      outcomes.count(outcome);
    }

    @Override
    public void ended(Transfer transfer) {
      if (transfers.remove(transfer.client(), transfer)) {
        ofClient.computeIfPresent(
            transfer.client().getAddress(), (client, n) -> n == 1 ? null : n - 1);
      }
    }
  }
}
