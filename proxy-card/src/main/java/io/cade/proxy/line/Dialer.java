package io.cade.proxy.line;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendChooser;
import io.cade.proxy.route.Site;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
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
  private final List<Backend> cards;
  private final LineServices services;
  private final List<Backend> tried = new ArrayList<>(2);

  /** A connection, not reading yet. */
  public record Line(Channel channel, Backend backend, Site.Card card) {}

  /** Told of what came of a call of {@link #next}, on the event loop. */
  public interface Answer {
    /**
     * @param line null when no card is left
     */
    void dialled(@Nullable Line line);
  }

  /**
   * @param protocol which the cards are to speak, as in {@link Site#speaking}
   */
  public Dialer(EventLoop loop, Site site, String protocol, LineServices services) {
    this.loop = loop;
    this.site = site;
    this.cards = site.speaking(protocol);
    this.services = services;
  }

  /** Connects to a card that was not tried before. */
  public void next(Answer answer) {
    Backend chosen = BackendChooser.choose(site.algorithm(), cards, tried);
    Site.Card card = chosen == null ? null : site.cards().get(chosen);
    if (chosen == null || card == null) {
      answer.dialled(null);
      return;
    }
    tried.add(chosen);
    if (!chosen.takeConnection()) {
      next(answer);
      return;
    }
    chosen.begun();
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(services.limits().connectTimeout().toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {}
                })
            .connect(chosen.socketAddress());
    Channel channel = connecting.channel();
    channel
        .closeFuture()
        .addListener(closed -> {
          chosen.giveConnectionBack();
          chosen.ended();
        });
    connecting.addListener(done -> {
      if (done.isSuccess()) {
        answer.dialled(new Line(channel, chosen, card));
      } else {
        chosen.health().connectionFailed("cannot connect");
        card.counters().failure();
        next(answer);
      }
    });
  }
}
