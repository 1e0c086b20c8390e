package io.cade.proxy.line;

import io.cade.proxy.guard.Verdict;
import io.cade.proxy.guard.VisitorGuard;
import io.cade.proxy.relay.Deadline;
import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One visitor's connection as the protocols' sessions use it: who he is, which site he has come in
 * by, and the switch to TLS. Owned by the channel's event loop.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
public final class LineVisitor {
  private static final long TLS_HANDSHAKE_MILLIS = 10_000;

  /** How long a visitor who does not read may keep the connection open after his last line. */
  private static final long LINGER_MILLIS = 1_000;

  private final Channel channel;
  private final InetSocketAddress address;
  private final boolean relayed;
  private final String protocol;
  private final LineServices services;
  private final LineReader reader;
  private final VisitorGuard guard;
  private @Nullable String boundHost;
  private @Nullable SslContext tls;

  LineVisitor(
      Channel channel,
      InetSocketAddress address,
      boolean relayed,
      String protocol,
      LineServices services,
      LineReader reader,
      VisitorGuard guard) {
    this.channel = channel;
    this.address = address;
    this.relayed = relayed;
    this.protocol = protocol;
    this.services = services;
    this.reader = reader;
    this.guard = guard;
  }

  /** Whether a login at a site may be tried; counts a refusal. */
  public boolean mayTry(Site site) {
    Verdict verdict = guard.admit(services.routes().current().guard(), site.service(), 0);
    if (verdict != Verdict.PASS) {
      services.refused(verdict);
      site.counters().refused();
    }
    return verdict == Verdict.PASS;
  }

  public Channel channel() {
    return channel;
  }

  /** The visitor's own address, also behind a balancer. */
  public InetSocketAddress address() {
    return address;
  }

  /** Whether a balancer stands between the visitor and this proxy. */
  public boolean relayed() {
    return relayed;
  }

  public LineServices services() {
    return services;
  }

  public LineReader reader() {
    return reader;
  }

  /** A new deadline on the connection's event loop. */
  public Deadline deadline(Runnable onExpired) {
    return new Deadline(channel.eventLoop(), services.nanoTime(), onExpired);
  }

  /** Runs later, on the connection's event loop, unless it is closed by then. */
  public void later(Duration delay, Runnable action) {
    channel
        .eventLoop()
        .schedule(
            () -> {
              if (channel.isActive()) {
                action.run();
              }
            },
            delay.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** Sends lines, each ending with CR LF. */
  public void send(String lines) {
    channel.writeAndFlush(bytes(channel, lines), channel.voidPromise());
  }

  /** Sends a last line, and closes behind it, or after a second at the latest. */
  public void sendAndClose(String lines) {
    reader.pause();
    channel.writeAndFlush(bytes(channel, lines)).addListener(ChannelFutureListener.CLOSE);
    if (channel.isActive()) { // it did not leave at once, because he has not read what came before
      channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** One byte a character. */
  public static ByteBuf bytes(Channel channel, String text) {
    ByteBuf bytes = channel.alloc().buffer(text.length());
    bytes.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    return bytes;
  }

  /** The certificate that the connection runs under; null without TLS. */
  public @Nullable SslContext tls() {
    return channel.pipeline().get(SslHandler.class) == null ? null : tls;
  }

  public boolean secure() {
    return tls() != null;
  }

  /** The site that HOST or the TLS server name has named, as the routes are now. */
  public @Nullable Site bound() {
    return boundHost == null ? null : services.routes().current().find(boundHost);
  }

  /**
   * Comes in by a site from now on.
   *
   * @return false when there is no such site, or TLS has named another one
   */
  public boolean bind(String host) {
    Site site = services.routes().current().find(StartTls.canonical(host));
    Site before = bound();
    if (site == null || (before != null && secure() && !before.service().equals(site.service()))) {
      return false;
    }
    boundHost = StartTls.canonical(host);
    return true;
  }

  /** Forgets the site. */
  public void unbind() {
    boundHost = null;
  }

  /** Whether the visitor could have TLS now, as far as is known before it is tried. */
  public boolean canHaveTls() {
    Site site = bound();
    if (site != null) {
      return site.tls() != null;
    }
    for (Site each : services.routes().current().sites()) {
      if (each.tls() != null && !each.speaking(protocol).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Sends the reply that the switch begins after, throws away what was sent in plain before it, for
   * it might be anybody's, and goes on in TLS.
   *
   * @param waiting whether the session itself held lines, which it has thrown away
   */
  public void startTls(String reply, boolean waiting) {
    send(reply);
    if (reader.discard() > 0 || waiting) {
      services.refused(LineRefusal.PIPELINED_BEFORE_TLS);
    }
    beginTls();
  }

  /** The other side's next bytes are TLS. */
  void beginTls() {
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(
        pipeline.context(reader).name(),
        "starttls",
        new StartTls(TLS_HANDSHAKE_MILLIS, this::certificate));
  }

  private @Nullable SslContext certificate(@Nullable String serverName) {
    SslContext chosen = chosenCertificate(serverName);
    if (chosen == null) {
      services.refused(LineRefusal.UNKNOWN_SERVER_NAME);
    }
    tls = chosen;
    return chosen;
  }

  /**
   * The one site known already, or named now; when the client names none, it can only be shown a
   * certificate when a single site comes into question.
   */
  private @Nullable SslContext chosenCertificate(@Nullable String serverName) {
    RouteTable table = services.routes().current();
    Site named = serverName == null ? null : table.find(serverName);
    Site before = bound();
    if (before != null) {
      boolean other = named != null && !named.service().equals(before.service());
      return other ? null : before.tls();
    }
    if (serverName != null) {
      if (named != null) {
        boundHost = serverName;
      }
      return named == null ? null : named.tls();
    }
    SslContext only = null;
    for (Site each : table.sites()) {
      if (each.tls() != null && !each.speaking(protocol).isEmpty()) {
        if (only != null && !only.equals(each.tls())) {
          return null;
        }
        only = each.tls();
      }
    }
    return only;
  }
}
