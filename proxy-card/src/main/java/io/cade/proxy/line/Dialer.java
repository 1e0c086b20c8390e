package io.cade.proxy.line;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Hash;
import io.cade.proxy.balance.Member;
import io.cade.proxy.balance.Outcome;
import io.cade.proxy.balance.Question;
import io.cade.proxy.route.Site;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connects one login to a card of its site: the balancing proposes, cards that were tried are left
 * out. Since a login is replayed, another card can be tried until one has taken it. Owned by its
 * event loop.
 */
// Connecting reports through its listener.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Dialer {
  private final EventLoop loop;
  private final Site site;
  private final LineServices services;
  private final List<Member> tried = new ArrayList<>(2);
  private final @Nullable Choice choice;

  /** A connection, not reading yet. */
  public record Line(Channel channel, Backend backend, Site.Card card) {}

  /** Told of what came of a call of {@link #next}, on the event loop. */
  public interface Answer {
    /**
     * @param line null when no card is left
     */
    void dialled(@Nullable Line line);
  }

  private final class Choice implements Question {
    private final BackendGroup group;
    private final long hash;

    Choice(BackendGroup group, long hash) {
      this.group = group;
      this.hash = hash;
    }

    @Override
    public boolean permits(Member member) {
      return !tried.contains(member) && group.hasRoom(member);
    }

    @Override
    public long hash() {
      return hash;
    }

    @Override
    public long nowNanos() {
      return services.nanoTime().getAsLong();
    }
  }

  /**
   * @param protocol which the cards are to speak, as in {@link Site#speaking}
   * @param visitor his address, on which a balancing may hash
   */
  public Dialer(EventLoop loop, Site site, String protocol, String visitor, LineServices services) {
    this.loop = loop;
    this.site = site;
    this.services = services;
    BackendGroup cards = site.groupFor(protocol);
    this.choice = cards == null ? null : new Choice(cards, Hash.of(visitor));
  }

  /** Connects to a card that was not tried before. */
  public void next(Answer answer) {
    Choice asked = choice;
    Member chosen = asked == null ? null : asked.group.begin(asked);
    if (asked == null || chosen == null) {
      answer.dialled(null);
      return;
    }
    BackendGroup group = asked.group;
    tried.add(chosen);
    Backend backend = chosen.backend();
    if (!backend.takeConnection()) {
      group.ended(chosen, Outcome.NONE, -1, services.nanoTime().getAsLong());
      next(answer);
      return;
    }
    Site.Card card = site.card(chosen);
    Duration timeout = group.policy().connect();
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(
                    (timeout != null ? timeout : services.limits().connectTimeout()).toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {}
                })
            .connect(backend.socketAddress());
    Channel channel = connecting.channel();
    // A session counts as running for as long as it stands; how it ends says nothing of the card.
    channel
        .closeFuture()
        .addListener(closed -> {
          backend.giveConnectionBack();
          group.ended(
              chosen,
              connecting.isSuccess() ? Outcome.NONE : Outcome.BAD,
              -1,
              services.nanoTime().getAsLong());
        });
    connecting.addListener(done -> {
      if (done.isSuccess()) {
        answer.dialled(new Line(channel, backend, card));
      } else {
        backend.health().connectionFailed("cannot connect");
        card.counters().failure();
        next(answer);
      }
    });
  }
}
