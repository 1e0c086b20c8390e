package io.cade.proxy.ftp;

import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command that moves data. Towards the card the proxy is always the one who connects, to the
 * card's own address; then the command is passed on, and when the card begins, both data
 * connections are made one. The card's last word is held until the data has arrived, so that "226"
 * to a visitor means that he has got it. Owned by the session's event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Transfer {
  private static final int MAX_LINES = 64;
  private static final String ABORTED = "426 Transfer aborted.";
  private static final String CANNOT_OPEN = "425 Cannot open data connection.";

  /**
   * What is to be moved.
   *
   * @param restart position to begin at; empty for none
   * @param upload to the card
   */
  record Order(String command, String restart, boolean upload) {}

  /** What a transfer needs of its session. */
  interface Owner {
    /** To the visitor: lines without their end. */
    void reply(List<String> lines);

    /** From now on the card has to answer in time. */
    void awaitCard();

    /** From now on the data's own limits hold. */
    void awaitData();

    /** All is said. */
    void ended();
  }

  private final Owner owner;
  private final LineVisitor visitor;
  private final LineServices services;
  private final CardControl card;
  private final DataPort port;
  private final Order order;
  private final @Nullable SslContext protection;
  private @Nullable Channel cardData;
  private @Nullable Channel visitorData;
  private @Nullable DataRelay relay;
  private final List<String> lastWord = new ArrayList<>(1);
  private int lastCode;
  private boolean begun;
  private boolean moved;
  private boolean answered;
  private boolean aborted;
  private boolean over;

  /**
   * @param protection for the visitor's data connection; null for none
   */
  Transfer(
      Owner owner,
      LineVisitor visitor,
      CardControl card,
      DataPort port,
      Order order,
      @Nullable SslContext protection) {
    this.owner = owner;
    this.visitor = visitor;
    this.services = visitor.services();
    this.card = card;
    this.port = port;
    this.order = order;
    this.protection = protection;
  }

  void begin() {
    owner.awaitCard();
    if (card.knowsEpsv()) {
      card.send("EPSV", this::extendedPort);
    } else {
      card.send("PASV", this::passivePort);
    }
  }

  private void extendedPort(ReplyLine line) {
    if (!line.last() || over) {
      return;
    }
    if (line.code() >= 500) {
      card.refusesEpsv();
      card.send("PASV", this::passivePort);
    } else {
      connect(line.code() == 229 ? FtpAddress.portOfExtendedReply(line.text()) : 0);
    }
  }

  private void passivePort(ReplyLine line) {
    if (line.last() && !over) {
      connect(line.code() == 227 ? FtpAddress.portOfPassiveReply(line.text()) : 0);
    }
  }

  private void connect(int number) {
    if (number == 0 || aborted) {
      giveUp(aborted ? ABORTED : CANNOT_OPEN);
      return;
    }
    ChannelFuture connecting =
        new Bootstrap()
            .group(visitor.channel().eventLoop())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(services.limits().connectTimeout().toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {}
                })
            .connect(
                new InetSocketAddress(card.line().backend().socketAddress().getAddress(), number));
    cardData = connecting.channel();
    connecting.addListener(done -> {
      if (over) {
        connecting.channel().close();
      } else if (!done.isSuccess() || aborted) {
        giveUp(aborted ? ABORTED : CANNOT_OPEN);
      } else {
        owner.awaitCard();
        if (order.restart().isEmpty()) {
          card.send(order.command(), this::cardSays);
        } else {
          card.send("REST " + order.restart(), this::restarted);
        }
      }
    });
  }

  private void restarted(ReplyLine line) {
    if (line.last() && !over) {
      if (line.code() == 350 && !aborted) {
        card.send(order.command(), this::cardSays);
      } else {
        giveUp(aborted ? ABORTED : line.text());
      }
    }
  }

  private void cardSays(ReplyLine line) {
    if (over) {
      return;
    }
    if (line.preliminary()) {
      if (!answered) {
        owner.reply(List.of(line.text()));
      }
      if (line.last() && !begun) {
        begun = true;
        owner.awaitData();
        port.open(this::visitorIsThere);
      }
      return;
    }
    if (lastWord.size() < MAX_LINES || line.last()) {
      lastWord.add(line.text());
    }
    if (line.last()) {
      lastCode = line.code();
      if (lastCode >= 400 || !begun || moved || aborted || answered) {
        sayLastWord();
      }
    }
  }

  private void visitorIsThere(@Nullable Channel channel) {
    if (over || aborted || channel == null) {
      if (channel != null) {
        channel.close();
      }
      if (!over && !aborted) {
        answered = true;
        owner.reply(List.of(CANNOT_OPEN));
        closeData();
        awaitLastWord();
      }
      return;
    }
    visitorData = channel;
    if (protection == null) {
      move();
      return;
    }
    // RFC 4217 §9: the FTP client is the client of TLS whoever has connected.
    SslHandler tls = protection.newHandler(channel.alloc());
    tls.setHandshakeTimeoutMillis(services.limits().dataTimeout().toMillis());
    channel.pipeline().addFirst(tls);
    tls.handshakeFuture()
        .addListener(done -> {
          if (over || aborted) {
            return;
          }
          if (done.isSuccess()) {
            move();
          } else {
            answered = true;
            owner.reply(List.of("522 TLS on the data connection has failed."));
            closeData();
            awaitLastWord();
          }
        });
    Hold.release(channel);
    channel.read();
  }

  private void move() {
    Channel mine = visitorData;
    Channel theirs = cardData;
    if (mine == null || theirs == null) {
      return;
    }
    DataRelay started =
        order.upload()
            ? new DataRelay(mine, theirs, services, this::dataEnded)
            : new DataRelay(theirs, mine, services, this::dataEnded);
    relay = started;
    started.start();
  }

  private void dataEnded() {
    DataRelay ended = relay;
    if (over || ended == null) {
      return;
    }
    moved = true;
    var counters = card.line().card().counters();
    counters.bytes(order.upload() ? ended.bytes() : 0, order.upload() ? 0 : ended.bytes());
    awaitLastWord();
  }

  private void awaitLastWord() {
    if (lastCode != 0) {
      sayLastWord();
    } else {
      owner.awaitCard();
    }
  }

  private void sayLastWord() {
    DataRelay data = relay;
    if (!over && !answered) {
      // The card may have said that all is well before the data was cut on its way.
      boolean cut = begun && lastCode < 300 && (data == null || !data.complete());
      owner.reply(
          cut ? List.of("426 Connection closed, transfer aborted.") : List.copyOf(lastWord));
    }
    end();
  }

  private void giveUp(String reply) {
    owner.reply(List.of(reply));
    end();
  }

  /** The visitor wants it no more (ABOR): the data ends now, the card's last word is passed on. */
  void abort() {
    if (over || aborted) {
      return;
    }
    aborted = true;
    closeData();
    if (lastCode != 0) {
      sayLastWord();
    }
  }

  /** One line for STAT. */
  String status() {
    DataRelay data = relay;
    return (order.upload() ? "receiving, " : "sending, ")
        + (data == null ? 0 : data.bytes())
        + " bytes";
  }

  /** Whether the visitor's or the card's end of the session is the end of this, too. */
  void sessionEnded() {
    over = true;
    closeData();
  }

  private void end() {
    if (!over) {
      over = true;
      closeData();
      owner.ended();
    }
  }

  private void closeData() {
    port.close();
    DataRelay data = relay;
    if (data != null) {
      data.abort();
    }
    if (visitorData != null) {
      visitorData.close();
    }
    if (cardData != null) {
      cardData.close();
    }
  }
}
