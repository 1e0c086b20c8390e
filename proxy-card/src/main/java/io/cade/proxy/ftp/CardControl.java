package io.cade.proxy.ftp;

import io.cade.proxy.line.Dialer;
import io.cade.proxy.line.LineReader;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * The control connection to a card: commands go out, each reply goes to who asked. Few commands are
 * under way at one time, since a session sends one after the other. Owned by the session's event
 * loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class CardControl extends ChannelInboundHandlerAdapter {
  /** Takes the lines of one command's replies, the last one included. */
  interface Replies {
    void line(ReplyLine line);
  }

  private final Dialer.Line line;
  private final LineServices services;
  private final ReplyLine.Parser parser = new ReplyLine.Parser();
  private final ArrayDeque<Replies> asked = new ArrayDeque<>(4);
  private Runnable onGone;
  private boolean gone;
  private boolean knowsEpsv = true;

  /**
   * @param greeting gets the card's first reply
   * @param onGone told once when the connection ends without {@link #close}
   */
  CardControl(Dialer.Line line, LineServices services, Replies greeting, Runnable onGone) {
    this.line = line;
    this.services = services;
    this.onGone = onGone;
    asked.add(greeting);
  }

  void begin() {
    Channel channel = line.channel();
    channel
        .pipeline()
        .addLast(new LineReader(services.limits().maxReplyLine(), false))
        .addLast(this);
    channel.config().setAutoRead(true);
  }

  /** Who is told of the end from now on. */
  void onGone(Runnable other) {
    onGone = other;
  }

  Dialer.Line line() {
    return line;
  }

  /** Whether EPSV was not refused yet. */
  boolean knowsEpsv() {
    return knowsEpsv;
  }

  void refusesEpsv() {
    knowsEpsv = false;
  }

  /** Sends a command; 0xff is doubled again, as Telnet has it. */
  void send(String command, Replies replies) {
    asked.add(replies);
    Channel channel = line.channel();
    channel.writeAndFlush(
        LineVisitor.bytes(channel, command.replace("\u00ff", "\u00ff\u00ff") + "\r\n"),
        channel.voidPromise());
  }

  /** Ends the connection without telling. */
  void close() {
    gone = true;
    line.channel().close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ReplyLine reply = msg instanceof String text ? parser.next(text) : null;
    if (!(msg instanceof String)) {
      ReferenceCountUtil.release(msg);
    }
    if (gone) {
      return;
    }
    if (reply == null) {
      lost();
      return;
    }
    boolean ends = reply.last() && !reply.preliminary();
    Replies to = ends ? asked.poll() : asked.peek();
    if (to != null) {
      to.line(reply);
    } else if (reply.code() == 421) {
      lost(); // the card's own time-out, or its end
    }
  }

  private void lost() {
    if (!gone) {
      gone = true;
      line.channel().close();
      onGone.run();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lost();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lost();
  }
}
