package io.cade.engine.tftp;

import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A plain client written from the RFCs alone, for virtual time. Owned by the loop. */
final class ModelClient {
  private static final Duration PATIENCE = Duration.ofMillis(700);

  private final DatagramLoop loop;
  private final InetSocketAddress server;
  private final byte @Nullable [] upload;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private @Nullable DatagramPort port;
  private @Nullable InetSocketAddress peer;
  private TftpPacket last;
  private int block = 512;
  private int window = 1;
  private long at;
  private long told;
  private boolean gapTold;
  private boolean over;
  private long endNanos;
  private Optional<TftpPacket.Failure> failure = Optional.empty();
  private long heard;

  private ModelClient(
      DatagramLoop loop, InetSocketAddress server, byte @Nullable [] upload, TftpPacket request) {
    this.loop = loop;
    this.server = server;
    this.upload = upload;
    this.last = request;
  }

  static ModelClient reading(
      DatagramLoop loop,
      InetSocketAddress from,
      InetSocketAddress server,
      String file,
      Map<String, String> options) {
    return new ModelClient(loop, server, null, new TftpPacket.ReadRequest(file, "octet", options))
        .begin(from);
  }

  static ModelClient writing(
      DatagramLoop loop,
      InetSocketAddress from,
      InetSocketAddress server,
      String file,
      byte[] content,
      Map<String, String> options) {
    return new ModelClient(
            loop, server, content, new TftpPacket.WriteRequest(file, "octet", options))
        .begin(from);
  }

  private ModelClient begin(InetSocketAddress from) {
    port = loop.open(from, 65_507, this::received).join();
    send(last);
    watch();
    return this;
  }

  boolean isOver() {
    return over;
  }

  byte[] content() {
    return content.toByteArray();
  }

  Optional<TftpPacket.Failure> failure() {
    return failure;
  }

  long endNanos() {
    return endNanos;
  }

  private void watch() {
    long before = heard;
    loop.schedule(
        PATIENCE,
        () -> {
          if (!over) {
            if (heard == before) {
              repeat();
            }
            watch();
          }
        });
  }

  private void repeat() {
    gapTold = false;
    if (upload != null && peer != null) {
      sendWindow();
    } else {
      send(last);
    }
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    if (peer == null) {
      peer = from;
    } else if (!peer.equals(from)) {
      return;
    }
    heard++;
    switch (TftpCodec.decode(datagram)) {
      case TftpPacket.OptionAck o -> {
        if (at == 0) {
          block = Integer.parseInt(o.options().getOrDefault("blksize", "512"));
          window = Integer.parseInt(o.options().getOrDefault("windowsize", "1"));
          if (upload == null) {
            send(new TftpPacket.Ack(0));
          } else {
            sendWindow();
          }
        }
      }
      case TftpPacket.Data d -> data(d);
      case TftpPacket.Ack a -> ack(a.block());
      case TftpPacket.Failure f -> {
        failure = Optional.of(f);
        end();
      }
      default -> throw new AssertionError("not from a server");
    }
  }

  private void data(TftpPacket.Data d) {
    int ahead = (d.block() - (int) at) & 0xffff;
    if (over || ahead != 1) {
      if (over && ahead == 0) {
        send(new TftpPacket.Ack((int) (at & 0xffff)));
      } else if (window == 1 && ahead == 0) {
        // The old way, which wakes the sorcerer's apprentice: acknowledge every copy.
        send(new TftpPacket.Ack((int) (at & 0xffff)));
      } else if (ahead > 1 && ahead <= window && !gapTold) {
        gapTold = true;
        told = at;
        send(new TftpPacket.Ack((int) (at & 0xffff)));
      }
      return;
    }
    at++;
    gapTold = false;
    content.writeBytes(d.bytes());
    boolean end = d.bytes().length < block;
    if (end || at - told >= window) {
      told = at;
      send(new TftpPacket.Ack((int) (at & 0xffff)));
    }
    if (end) {
      end();
    }
  }

  private void ack(int number) {
    if (upload == null || over) {
      return;
    }
    int ahead = (number - (int) at) & 0xffff;
    if (ahead > window || (ahead == 0 && at > 0)) {
      return;
    }
    at += ahead;
    if (at * block > upload.length) {
      end();
    } else {
      sendWindow();
    }
  }

  private void sendWindow() {
    byte[] all = upload == null ? new byte[0] : upload;
    for (long b = at + 1; b <= at + window && (b - 1) * block <= all.length; b++) {
      int from = (int) (b - 1) * block;
      open()
          .send(
              TftpCodec.encode(
                  new TftpPacket.Data(
                      (int) (b & 0xffff),
                      Arrays.copyOfRange(all, from, Math.min(all.length, from + block)))),
              peer == null ? server : peer);
    }
  }

  private void send(TftpPacket packet) {
    last = packet;
    open().send(TftpCodec.encode(packet), peer == null ? server : peer);
  }

  private DatagramPort open() {
    return Objects.requireNonNull(port);
  }

  private void end() {
    over = true;
    endNanos = loop.nanoTime();
  }
}
