package io.cade.proxy.ftp;

import io.cade.proxy.line.LineFault;
import io.cade.proxy.line.LineRefusal;
import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import io.cade.proxy.relay.Deadline;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One visitor's control connection: takes his commands one after the other, the next when the last
 * one is answered (RFC 959 §5.4 lets a server do so), except what may be said during a transfer.
 * What a command does is {@link LoginStage}'s until he is logged in, then {@link RelayStage}'s.
 * Owned by the channel's event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class FtpSession extends ChannelInboundHandlerAdapter implements LineServer.Session {
  private static final int MAX_WAITING = 16;

  /** One part of the dialogue. */
  interface Stage {
    /** A command; busy must be called when its answer does not come at once. */
    void command(String verb, String argument, String line);

    /** A command during a transfer that may be answered at once; false when it has to wait. */
    boolean urgent(String verb, String argument);

    /** The session's time limit is over. */
    void expired();

    /** The connection is closed. */
    void closed();
  }

  private final LineVisitor visitor;
  private final LineServices services;
  private final FtpSettings settings;
  private final PassivePorts ports;
  private final Deadline deadline;
  private final Protection protection;
  private final ArrayDeque<String> waiting = new ArrayDeque<>(2);
  private Stage stage;
  private boolean busy;
  private boolean pumping;
  private boolean ending;

  /** Said behind what runs, in place of all that waits. */
  private @Nullable String last;

  FtpSession(LineVisitor visitor, FtpSettings settings, PassivePorts ports) {
    this.visitor = visitor;
    this.services = visitor.services();
    this.settings = settings;
    this.ports = ports;
    this.deadline = visitor.deadline(this::expired);
    this.protection = new Protection(visitor);
    this.stage = new LoginStage(this, visitor);
  }

  LineVisitor visitor() {
    return visitor;
  }

  FtpSettings settings() {
    return settings;
  }

  Protection protection() {
    return protection;
  }

  Deadline deadline() {
    return deadline;
  }

  @Override
  public void begin() {
    deadline.in(services.limits().loginTimeout());
    reply("220 FTP ready, log in as name@site.");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    switch (msg) {
      case String line -> arrived(line);
      case LineFault fault -> {
        services.refused(LineRefusal.BAD_LINE);
        ending = true;
        visitor.sendAndClose("500 " + fault.text() + ".\r\n");
      }
      default -> ReferenceCountUtil.release(msg);
    }
  }

  private void arrived(String line) {
    if (ending) {
      return;
    }
    if (busy && stage.urgent(verb(line), argument(line))) {
      return;
    }
    waiting.add(line);
    if (waiting.size() >= MAX_WAITING) {
      visitor.reader().pause();
      visitor.channel().config().setAutoRead(false);
    }
    pump();
  }

  private void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    while (!busy && !ending) {
      String line = waiting.poll();
      if (line == null) {
        break;
      }
      command(line);
    }
    pumping = false;
    if (waiting.isEmpty() && !ending && !visitor.channel().config().isAutoRead()) {
      visitor.channel().config().setAutoRead(true);
      visitor.reader().resume();
    }
  }

  private void command(String line) {
    String verb = verb(line);
    String argument = argument(line);
    switch (verb) {
      case "QUIT" -> {
        ending = true;
        visitor.sendAndClose("221 Goodbye.\r\n");
      }
      case "PBSZ" -> reply(protection.size(argument));
      case "PROT" -> reply(protection.level(argument));
      case "CCC", "CDC", "MIC", "CONF", "ENC", "ADAT" ->
          // RFC 4217 §12.3 for CCC: once in plain again, the commands would be anybody's.
          reply("534 Not offered, the control connection stays in TLS.");
      case "" -> reply("500 No command.");
      default -> stage.command(verb, argument, line);
    }
  }

  private static String verb(String line) {
    int space = line.indexOf(' ');
    return (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
  }

  private static String argument(String line) {
    int space = line.indexOf(' ');
    return space < 0 ? "" : line.substring(space + 1);
  }

  /** Waits with further commands until {@link #free}. */
  void busy() {
    busy = true;
  }

  /** Takes the next command. */
  void free() {
    busy = false;
    String farewell = last;
    if (farewell != null) {
      replyAndClose(farewell);
    }
    pump();
  }

  /** One line, its end is added. */
  void reply(String line) {
    visitor.send(line + "\r\n");
  }

  void reply(List<String> lines) {
    visitor.send(String.join("\r\n", lines) + "\r\n");
  }

  void replyAndClose(String line) {
    ending = true;
    visitor.sendAndClose(line + "\r\n");
  }

  /** Switches to TLS; commands that were sent behind it in plain are thrown away. */
  void startTls() {
    boolean held = !waiting.isEmpty();
    waiting.clear();
    protection.reset();
    visitor.startTls("234 Begin TLS.\r\n", held);
  }

  /** He is logged in. */
  void loggedIn(CardControl card) {
    stage = new RelayStage(this, card, settings, ports);
    deadline.in(services.limits().idleTimeout());
    services
        .sessions()
        .joined(
            card.line().backend(),
            visitor.channel(),
            () -> endSoon("421 The site moves this connection, log in again."));
  }

  /** Ends behind what runs. */
  private void endSoon(String farewell) {
    if (ending) {
      return;
    }
    if (busy) {
      last = farewell;
    } else {
      replyAndClose(farewell);
    }
  }

  private void expired() {
    stage.expired();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      ctx.close();
    } else if (event == LineServer.Drain.DRAIN) {
      endSoon("421 Shutting down, try again later.");
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ending = true;
    waiting.clear();
    deadline.close();
    stage.closed();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
