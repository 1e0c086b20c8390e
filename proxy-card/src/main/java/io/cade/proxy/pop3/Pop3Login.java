package io.cade.proxy.pop3;

import io.cade.proxy.line.Dialer;
import io.cade.proxy.line.LineReader;
import io.cade.proxy.line.LineServices;
import io.cade.proxy.line.LineVisitor;
import io.cade.proxy.relay.Deadline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replays one login at a card: greeting, USER, PASS. A card that cannot be reached, does not greet
 * or breaks off is left for the next one; a card that refuses has decided. Owned by the visitor's
 * event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Pop3Login {
  /** What came of it. */
  sealed interface Outcome {
    /**
     * @param line reads nothing until it is told to
     * @param reply the card's, without its end
     */
    record Taken(Dialer.Line line, String reply) implements Outcome {}

    /** The card said no. */
    record Refused(String reply) implements Outcome {}

    /** None could be reached. */
    record NoCard() implements Outcome {}
  }

  private enum Step {
    GREETING,
    USER,
    PASS,
    ENDED
  }

  private final LineServices services;
  private final Dialer dialer;
  private final Credentials credentials;
  private final Consumer<Outcome> then;
  private @Nullable Channel card;
  private boolean abandoned;

  Pop3Login(LineServices services, Dialer dialer, Credentials credentials, Consumer<Outcome> then) {
    this.services = services;
    this.dialer = dialer;
    this.credentials = credentials;
    this.then = then;
  }

  void begin() {
    dialer.next(line -> {
      if (line == null) {
        then.accept(new Outcome.NoCard());
      } else if (abandoned) {
        line.channel().close();
      } else {
        card = line.channel();
        LineReader reader = new LineReader(services.limits().maxReplyLine(), false);
        line.channel().pipeline().addLast(reader).addLast(new Replies(line, reader));
        line.channel().config().setAutoRead(true);
      }
    });
  }

  /** The visitor is gone. */
  void abandon() {
    abandoned = true;
    if (card != null) {
      card.close();
    }
  }

  private final class Replies extends ChannelInboundHandlerAdapter {
    private final Dialer.Line line;
    private final LineReader reader;
    private final Deadline deadline;
    private Step step = Step.GREETING;

    Replies(Dialer.Line line, LineReader reader) {
      this.line = line;
      this.reader = reader;
      this.deadline =
          new Deadline(line.channel().eventLoop(), services.nanoTime(), () -> broken("silent"));
      deadline.in(services.limits().connectTimeout());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      if (!(msg instanceof String reply)) {
        ReferenceCountUtil.release(msg);
        broken("does not speak POP3");
        return;
      }
      boolean ok = reply.startsWith("+OK");
      if (!ok && !reply.startsWith("-ERR")) {
        broken("does not speak POP3");
        return;
      }
      switch (step) {
        case GREETING -> {
          if (ok) {
            say("USER " + credentials.user(), Step.USER);
          } else {
            broken("greeted with a refusal");
          }
        }
        case USER -> {
          if (ok) {
            say("PASS " + credentials.password(), Step.PASS);
          } else {
            end(new Outcome.Refused(reply));
          }
        }
        case PASS -> {
          if (ok) {
            line.card().counters().request();
            step = Step.ENDED;
            deadline.close();
            ctx.channel().config().setAutoRead(false);
            reader.pause();
            ctx.pipeline().remove(this);
            then.accept(new Outcome.Taken(line, reply));
            if (ctx.channel().pipeline().context(reader) != null) {
              ctx.channel().pipeline().remove(reader);
            }
          } else {
            end(new Outcome.Refused(reply));
          }
        }
        case ENDED -> {}
      }
    }

    private void say(String command, Step next) {
      step = next;
      deadline.in(services.limits().replyTimeout());
      Channel channel = line.channel();
      channel.writeAndFlush(LineVisitor.bytes(channel, command + "\r\n"), channel.voidPromise());
    }

    private void end(Outcome outcome) {
      step = Step.ENDED;
      deadline.close();
      line.channel().close();
      if (!abandoned) {
        then.accept(outcome);
      }
    }

    private void broken(String cause) {
      if (step == Step.ENDED) {
        return;
      }
      boolean greeted = step != Step.GREETING;
      step = Step.ENDED;
      deadline.close();
      line.channel().close();
      if (abandoned) {
        return;
      }
      line.card().counters().failure();
      if (!greeted) {
        line.backend().health().connectionFailed(cause);
      }
      begin();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      broken("closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      broken("connection broken");
    }
  }
}
