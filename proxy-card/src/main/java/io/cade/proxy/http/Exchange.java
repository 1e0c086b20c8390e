package io.cade.proxy.http;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendChooser;
import io.cade.proxy.pool.BackendConnection;
import io.cade.proxy.pool.BackendListener;
import io.cade.proxy.pool.BackendPool;
import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response: picks a back end, sends, relays both ways with back-pressure, tries
 * again where that is safe, accounts. It uses one route table from beginning to end. Owned by the
 * event loop of the visitor's connection, on which the back end's connection is too.
 *
 * <p>Trying again is safe when no connection was made; and after that only as long as no byte of a
 * response came and nothing of the body was sent, if the method may be repeated (RFC 9110 §9.2.2)
 * or the card cannot have acted because the body it was to act on never came.
 */
// Closing and writing report through the pipeline.
@SuppressWarnings("FutureReturnValueIgnored")
final class Exchange implements BackendListener {
  /**
   * A request that cannot be repeated goes only over a connection that rested hardly at all, or a
   * new one: over one that the card is just closing it would be lost.
   */
  private static final long FRESH_ENOUGH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Set<HttpMethod> IDEMPOTENT =
      Set.of(
          HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.PUT, HttpMethod.DELETE);

  private enum Stage {
    CONNECTING,
    WAITING,
    RESPONDING,
    SWITCHING,
    DONE
  }

  private final ProxyServices services;
  private final VisitorHandler visitor;
  private final Site site;
  private final HeadFacts facts;
  private final HttpRequest request;
  private final ResponseHead responseHead;
  private final boolean keepAlive;
  private final boolean toHead;
  private final boolean idempotent;
  private final @Nullable String upgrade;
  private final List<Backend> tried = new ArrayList<>(2);
  private Stage stage = Stage.CONNECTING;
  private @Nullable Backend backend;
  private @Nullable BackendConnection connection;
  private int attempts;
  private boolean requestComplete;
  private boolean bodySent;
  private boolean interimRelayed;
  private boolean inInterim;
  private boolean stay;
  private long requestBytes;

  Exchange(
      ProxyServices services,
      VisitorHandler visitor,
      VisitorInfo info,
      RouteTable table,
      Site site,
      HttpRequest received,
      HeadFacts facts,
      boolean keepAlive) {
    this.services = services;
    this.visitor = visitor;
    this.site = site;
    this.facts = facts;
    this.keepAlive = keepAlive;
    this.toHead = HttpMethod.HEAD.equals(received.method());
    this.idempotent = IDEMPOTENT.contains(received.method());
    this.upgrade = RequestRewriter.rewrite(received, facts, info);
    this.responseHead = new ResponseHead(facts, info, table, toHead);
    // As one message a request without body costs one pass of the encoder; it can be sent again.
    this.request =
        facts.hasBody()
            ? received
            : new DefaultFullHttpRequest(
                received.protocolVersion(),
                received.method(),
                received.uri(),
                Unpooled.EMPTY_BUFFER,
                received.headers(),
                EmptyHttpHeaders.INSTANCE);
  }

  void start() {
    site.counters().request();
    services.retries().earn();
    visitor.deadline().in(services.limits().responseTimeout());
    attempt(Failure.NO_CARD);
  }

  /**
   * @param otherwise how the request fails when no card is left
   */
  private void attempt(Failure otherwise) {
    Backend next = BackendChooser.choose(site.algorithm(), site.backends(), tried);
    if (next == null) {
      fail(otherwise);
      return;
    }
    attempts++;
    use(next, false);
  }

  private void use(Backend next, boolean newConnection) {
    backend = next;
    stage = Stage.CONNECTING;
    next.begun();
    card(next).counters().request();
    BackendPool pool = visitor.pool();
    BackendConnection rested =
        newConnection ? null : pool.poll(next, idempotent ? Long.MAX_VALUE : FRESH_ENOUGH_NANOS);
    if (rested != null) {
      rested.serve(this);
      send(rested);
    } else {
      pool.connect(next, this);
    }
  }

  @Override
  public void connected(BackendConnection opened) {
    if (stage == Stage.DONE) {
      opened.giveBack();
    } else {
      send(opened);
    }
  }

  private void send(BackendConnection to) {
    connection = to;
    stage = Stage.WAITING;
    Channel channel = to.channel();
    channel.write(request, channel.voidPromise());
    if (!facts.hasBody() || request.headers().contains("Expect")) {
      channel.flush();
    }
    if (facts.hasBody()) {
      visitor.deadline().in(services.limits().idleTimeout());
      visitor.channel().config().setAutoRead(true);
      visitor.decoder().release();
      channel.flush();
    }
  }

  /** A part of the request's body; taken over. */
  void requestPart(HttpContent content) {
    boolean last = content instanceof LastHttpContent;
    BackendConnection to = connection;
    if (last) {
      requestComplete = true;
    }
    if (!facts.hasBody() || to == null || stage == Stage.DONE) {
      content.release();
      return;
    }
    bodySent = true;
    requestBytes += content.content().readableBytes();
    Channel channel = to.channel();
    channel.write(content, channel.voidPromise());
    if (last) {
      channel.flush();
      if (stage == Stage.WAITING) {
        visitor.deadline().in(services.limits().responseTimeout());
      }
    } else {
      visitor.deadline().in(services.limits().idleTimeout());
      if (!channel.isWritable()) {
        channel.flush();
        visitor.channel().config().setAutoRead(channel.isWritable());
      }
    }
  }

  void flushRequest() {
    BackendConnection to = connection;
    if (to != null && !requestComplete) {
      to.channel().flush();
    }
  }

  @Override
  public void writabilityChanged() {
    BackendConnection to = connection;
    if (to != null && !requestComplete) {
      visitor.channel().config().setAutoRead(to.channel().isWritable());
    }
  }

  void visitorWritabilityChanged(boolean writable) {
    BackendConnection from = connection;
    if (from != null && stage == Stage.RESPONDING) {
      from.channel().config().setAutoRead(writable);
      visitor.deadline().in(services.limits().idleTimeout());
    }
  }

  // ---- the response

  @Override
  public void received(HttpObject part) {
    if (stage == Stage.DONE) {
      ReferenceCountUtil.release(part);
    } else if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      brokenResponse();
    } else if (part instanceof HttpResponse response) {
      head(response);
    } else if (part instanceof HttpContent content) {
      content(content);
    }
  }

  private void head(HttpResponse response) {
    boolean switching = response.status().code() == 101;
    if (switching && upgrade == null) {
      brokenResponse(); // nobody asked: what follows would be relayed unguarded
    } else if (switching) {
      stage = Stage.SWITCHING;
      responseHead.rewriteSwitch(response, address());
      site.counters().answered(101);
      visitor.write(response);
    } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      inInterim = true;
      if (facts.http11()) {
        interimRelayed = true;
        responseHead.rewriteInterim(response, address());
        visitor.write(response);
      }
    } else {
      stage = Stage.RESPONDING;
      boolean mayStay = keepAlive && requestComplete && !visitor.isDraining();
      if (!responseHead.rewrite(response, address(), mayStay)) {
        stage = Stage.WAITING;
        brokenResponse();
        return;
      }
      stay = mayStay && responseHead.visitorKeepsAlive();
      site.counters().answered(response.status().code());
      visitor.encoder().answersHead(toHead);
      visitor.deadline().in(services.limits().idleTimeout());
      visitor.write(response);
    }
  }

  private void content(HttpContent content) {
    boolean last = content instanceof LastHttpContent;
    if (inInterim) {
      inInterim = !last;
      if (facts.http11()) {
        visitor.write(content);
      } else {
        content.release();
      }
      return;
    }
    if (content instanceof LastHttpContent end && !end.trailingHeaders().isEmpty()) {
      responseHead.rewriteTrailers(end.trailingHeaders(), address());
    }
    visitor.write(content);
    if (stage == Stage.SWITCHING) {
      if (last) {
        tunnel();
      }
      return;
    }
    if (last) {
      complete();
      return;
    }
    visitor.deadline().in(services.limits().idleTimeout());
    if (!visitor.channel().isWritable()) {
      visitor.flush();
      BackendConnection from = connection;
      if (from != null && !visitor.channel().isWritable()) {
        from.channel().config().setAutoRead(false);
      }
    }
  }

  @Override
  public void receivedAllForNow() {
    if (stage != Stage.DONE) {
      visitor.flush();
    }
  }

  private void complete() {
    BackendConnection from = connection;
    if (from != null) {
      account(from);
      if (requestComplete && responseHead.backendKeepsAlive()) {
        from.endExchange();
      } else {
        from.abandon();
      }
    }
    finish();
    visitor.exchangeEnded(stay);
  }

  private void tunnel() {
    BackendConnection from = connection;
    Backend to = backend;
    if (from == null || to == null) {
      return;
    }
    account(from);
    stage = Stage.DONE;
    connection = null;
    backend = null;
    // It counts as running for as long as the tunnel stands.
    from.channel().closeFuture().addListener(closed -> to.ended());
    TunnelSwitch.join(visitor, from, services);
  }

  // ---- what can go wrong

  @Override
  public void connectFailed(Throwable cause) {
    Backend failed = backend;
    if (stage == Stage.DONE || failed == null) {
      return;
    }
    release(failed);
    tried.add(failed);
    if (cause instanceof BackendPool.ConnectionLimitException) {
      attempt(Failure.BUSY); // healthy, only full
      return;
    }
    card(failed).counters().failure();
    failed.health().connectionFailed("cannot connect");
    retry(Failure.NO_CARD);
  }

  @Override
  public void closed(@Nullable Throwable cause) {
    BackendConnection from = connection;
    Backend failed = backend;
    if (stage == Stage.DONE || from == null || failed == null) {
      return;
    }
    account(from);
    connection = null;
    if (stage != Stage.WAITING) {
      card(failed).counters().failure();
      finish();
      visitor.abort();
      return;
    }
    release(failed);
    boolean noAnswer = from.responseBytes() == 0 && !interimRelayed;
    boolean safe = noAnswer && !bodySent && (idempotent || facts.hasBody());
    if (safe && facts.hasBody()) {
      visitor.decoder().hold();
    }
    if (from.isReused() && noAnswer) {
      // Most likely the card had closed it for having rested: that says nothing of its health.
      if (safe) {
        site.counters().retry();
        use(failed, true);
        return;
      }
    } else if (noAnswer && cause != null) {
      failed.health().connectionFailed("connection reset");
    } else {
      services.suspect().accept(failed);
    }
    card(failed).counters().failure();
    tried.add(failed);
    if (safe) {
      retry(Failure.BROKEN_RESPONSE);
    } else {
      fail(Failure.BROKEN_RESPONSE);
    }
  }

  private void retry(Failure otherwise) {
    if (attempts >= services.limits().maxAttempts() || !services.retries().spend()) {
      fail(otherwise);
      return;
    }
    site.counters().retry();
    attempt(otherwise);
  }

  private void brokenResponse() {
    Backend failed = backend;
    if (failed != null) {
      card(failed).counters().failure();
    }
    if (stage == Stage.WAITING) {
      fail(Failure.BROKEN_RESPONSE);
    } else {
      dropConnection();
      finish();
      visitor.abort();
    }
  }

  /** The deadline has passed. */
  void expired() {
    Backend slow = backend;
    if (slow != null && requestComplete) {
      card(slow).counters().failure();
    }
    if (stage == Stage.WAITING || stage == Stage.CONNECTING) {
      fail(requestComplete ? Failure.RESPONSE_TIMEOUT : Failure.BODY_TIMEOUT);
    } else {
      dropConnection();
      finish();
      visitor.abort();
    }
  }

  /** The visitor's connection is gone: the card need not work on. */
  void visitorGone() {
    if (stage != Stage.DONE) {
      dropConnection();
      finish();
    }
  }

  /** Whether a part of an answer has left. */
  boolean hasAnswered() {
    return stage == Stage.RESPONDING || stage == Stage.SWITCHING || interimRelayed;
  }

  private void fail(Failure failure) {
    dropConnection();
    finish();
    services.statistics().refused(failure.name());
    site.counters().answered(failure.status().code());
    boolean mayStay = keepAlive && requestComplete(failure) && !visitor.isDraining();
    visitor.respond(ErrorPage.of(failure, facts.host(), !mayStay), toHead, mayStay);
  }

  private boolean requestComplete(Failure failure) {
    return failure != Failure.BODY_TIMEOUT && (requestComplete || !facts.hasBody());
  }

  private void dropConnection() {
    BackendConnection dropped = connection;
    if (dropped != null) {
      account(dropped);
      connection = null;
      dropped.abandon();
    }
  }

  private void finish() {
    stage = Stage.DONE;
    connection = null;
    Backend used = backend;
    if (used != null) {
      release(used);
    }
  }

  private void release(Backend used) {
    backend = null;
    used.ended();
  }

  private void account(BackendConnection from) {
    card(from.backend()).counters().bytes(requestBytes, from.responseBytes());
    requestBytes = 0;
  }

  private String address() {
    Backend answering = backend;
    return answering == null ? "" : answering.address();
  }

  private Site.Card card(Backend of) {
    Site.Card card = site.cards().get(of);
    if (card == null) {
      throw new IllegalStateException(of + " is not a card of " + site.service());
    }
    return card;
  }
}
