package io.cade.proxy.http;

import io.cade.agent.wire.ProbeToken;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Member;
import io.cade.proxy.balance.ServicePolicy;
import io.cade.proxy.balance.WaitingRoom;
import io.cade.proxy.pool.BackendConnection;
import io.cade.proxy.pool.BackendListener;
import io.cade.proxy.pool.BackendPool;
import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import io.cade.proxy.stats.ByteTap;
import io.cade.proxy.stats.RequestAccount;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
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
    WAITING,
    CONNECTING,
    RELAYING,
    DONE
  }

  private final ProxyServices services;
  private final Front visitor;
  private final Site site;
  private final HeadFacts facts;
  private final String requestId;
  private final HttpRequest request;
  private final ResponseRelay response;
  private final boolean keepAlive;
  private final boolean toHead;
  private final boolean idempotent;
  private final Attempts attempts;
  private final RequestAccount account;
  private Stage stage = Stage.CONNECTING;
  private @Nullable BackendConnection connection;
  private boolean requestComplete;
  private boolean bodySent;
  private boolean turnHasCome;
  private long requestBytes;
  private long bodyBytes;
  private final boolean secure;
  private final ServicePolicy policy;
  private final WaitingRoom.Waiter waiter = this::called;
  private final StageTimes times;
  private final @Nullable AimedRequest aim;

  /**
   * @param aim what the engine has aimed at one card; null for a visitor's
   */
  Exchange(
      ProxyServices services,
      Front visitor,
      VisitorInfo info,
      RouteTable table,
      Site site,
      HttpRequest received,
      HeadFacts facts,
      String requestId,
      boolean keepAlive,
      @Nullable AimedRequest aim) {
    this.aim = aim;
    this.services = services;
    this.visitor = visitor;
    this.site = site;
    this.policy = site.group().policy();
    this.secure = info.secure();
    this.times =
        new StageTimes(visitor.deadline(), policy, services, aim == null ? null : aim.limit());
    ServicePolicy.Affinity affinity = policy.affinity();
    this.attempts =
        new Attempts(
            services,
            site,
            VisitorKey.of(policy, received.headers(), info),
            affinity == null ? null : AffinityCookie.take(received.headers(), affinity.cookie()),
            aim == null ? null : aim.member());
    this.facts = facts;
    this.requestId = requestId;
    this.keepAlive = keepAlive;
    this.toHead = HttpMethod.HEAD.equals(received.method());
    this.idempotent = IDEMPOTENT.contains(received.method());
    this.account =
        aim == null
            ? Gate.account(services, info, received, facts, requestId)
            : aim.account(services, info, received, facts, requestId);
    account.at(site.service(), site.counters());
    @Nullable String upgrade = RequestRewriter.rewrite(received, facts, info, requestId);
    this.response =
        new ResponseRelay(
            visitor,
            site,
            facts,
            new ResponseHead(facts, info, table, toHead),
            upgrade,
            toHead,
            keepAlive);
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
    if (aim == null) {
      services.retries().earn();
      site.group().retries().earn();
    }
    times.begin();
    times.awaitResponse();
    attempt(Failure.NO_CARD);
  }

  /**
   * @param otherwise how the request fails when no card is left
   */
  private void attempt(Failure otherwise) {
    BackendGroup group = site.group();
    if (aim != null) {
      attemptAimed(otherwise);
      return;
    }
    // Who comes later must not overtake those who wait.
    if (!turnHasCome && policy.queue() > 0 && !group.waiting().isEmpty()) {
      await(group);
      return;
    }
    Backend next = attempts.next();
    if (next != null) {
      use(next, false);
    } else if (group.isFull(services.nanoTime().getAsLong())) {
      await(group);
    } else {
      fail(otherwise);
    }
  }

  /** One card or none, without a place in the queue. */
  private void attemptAimed(Failure otherwise) {
    Backend only = attempts.next();
    if (only != null) {
      use(only, false);
    } else {
      fail(otherwise == Failure.NO_CARD ? Failure.BUSY : otherwise);
    }
  }

  // ---- waiting for a card that has room

  private void await(BackendGroup group) {
    boolean again = stage == Stage.WAITING;
    stage = Stage.WAITING;
    if (again) {
      group.waiting().enterAgain(waiter);
    } else if (group.waiting().enter(waiter, policy.queue())) {
      times.awaitTurn();
    } else {
      fail(Failure.BUSY);
      return;
    }
    // A card may have got room just before this request stood in the queue.
    if (!group.isFull(services.nanoTime().getAsLong())) {
      group.callNext();
    }
  }

  /** Called on any thread. */
  private void called() {
    visitor.execute(this::takeTurn);
  }

  private void takeTurn() {
    if (stage != Stage.WAITING) {
      site.group().callNext(); // has left meanwhile: the next one's turn
      return;
    }
    turnHasCome = true;
    goOn();
  }

  private void goOn() {
    attempt(Failure.NO_CARD);
    if (stage == Stage.CONNECTING || stage == Stage.RELAYING) {
      turnHasCome = false;
      if (stage == Stage.CONNECTING || !facts.hasBody()) {
        times.awaitResponse();
      }
      site.group().callNext();
    }
  }

  private void use(Backend next, boolean newConnection) {
    stage = Stage.CONNECTING;
    BackendPool pool = visitor.pool();
    BackendConnection rested =
        newConnection ? null : pool.poll(next, idempotent ? Long.MAX_VALUE : FRESH_ENOUGH_NANOS);
    if (rested != null) {
      rested.serve(this);
      send(rested);
    } else {
      pool.connect(next, policy.connect(), this);
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
    stage = Stage.RELAYING;
    Channel channel = to.channel();
    to.expectResponse(toHead);
    channel.write(request, channel.voidPromise());
    if (!facts.hasBody() || request.headers().contains(HttpHeaderNames.EXPECT)) {
      channel.flush();
    }
    if (facts.hasBody()) {
      times.awaitBytes();
      visitor.read(true);
      visitor.releaseBody();
      channel.flush();
    }
  }

  /** A part of the request's body; taken over. */
  void requestPart(HttpContent content) {
    boolean last = false;
    if (content instanceof LastHttpContent end) {
      last = true;
      requestComplete = true;
      HopHeaders.cleanTrailers(end.trailingHeaders());
    }
    BackendConnection to = connection;
    if (!facts.hasBody() || to == null || stage == Stage.DONE) {
      content.release();
      return;
    }
    bodySent = true;
    requestBytes += content.content().readableBytes();
    bodyBytes += content.content().readableBytes();
    if (account.isTooLarge(bodyBytes)) {
      content.release();
      tooLarge();
      return;
    }
    Channel channel = to.channel();
    channel.write(content, channel.voidPromise());
    if (last) {
      channel.flush();
      // From now on reading only serves to notice that the visitor leaves.
      visitor.read(true);
      if (!response.hasBegun()) {
        times.awaitResponse();
      }
    } else {
      times.awaitBytes();
      if (!channel.isWritable()) {
        channel.flush();
        visitor.read(channel.isWritable());
      }
    }
  }

  /** A body without announced length has grown too large: the card must not take it for whole. */
  private void tooLarge() {
    site.counters().refused();
    if (response.hasBegun()) {
      dropConnection();
      finish();
      visitor.abort();
    } else {
      fail(Failure.BODY_TOO_LARGE);
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
      visitor.read(to.channel().isWritable());
    }
  }

  /** The visitor has taken so much that more may come; that he did not is noticed in writing. */
  void visitorWritable() {
    BackendConnection from = connection;
    if (from != null && response.hasBegun()) {
      from.channel().config().setAutoRead(true);
      times.awaitBytes();
    }
  }

  // ---- the response

  @Override
  public void received(HttpObject part) {
    Backend answering = attempts.current();
    if (stage == Stage.DONE || answering == null) {
      ReferenceCountUtil.release(part);
      return;
    }
    if (part instanceof HttpResponse head) {
      noteHead(head);
    }
    switch (response.relay(part, answering.address(), requestComplete)) {
      case MORE -> more();
      case COMPLETE -> complete();
      case SWITCHED -> tunnel();
      case BROKEN -> brokenResponse();
    }
  }

  private void noteHead(HttpResponse head) {
    int status = head.status().code();
    if (head.decoderResult().isFailure() || (status < 200 && status != 101)) {
      return;
    }
    attempts.answered(status);
    if (aim != null) {
      aim.markAnswer(head.headers(), ProbeToken.By.CARD);
    }
    String cookie = attempts.newCookie(secure);
    if (cookie != null) {
      head.headers().add(HttpHeaderNames.SET_COOKIE, cookie);
    }
  }

  private void more() {
    if (!response.hasBegun()) {
      return; // an interim response does not prove that the final one will come in time
    }
    times.awaitBytes();
    if (!visitor.isWritable()) {
      visitor.flush();
      BackendConnection from = connection;
      if (from != null && !visitor.isWritable()) {
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
      if (requestComplete && response.backendStays()) {
        from.endExchange();
      } else {
        from.abandon();
      }
    }
    finish();
    visitor.exchangeEnded(response.visitorStays());
  }

  private void tunnel() {
    BackendConnection from = connection;
    if (from == null) {
      return;
    }
    account(from);
    stage = Stage.DONE;
    connection = null;
    account.end(response.status(), services.nanoTime().getAsLong());
    // It counts as running for as long as the tunnel stands.
    from.channel().closeFuture().addListener(closed -> attempts.end());
    Site.Card card = site.cards().get(from.backend());
    if (card != null) {
      from.channel().pipeline().addFirst(new ByteTap(card.counters()));
    }
    visitor.tunnel(from);
  }

  // ---- what can go wrong

  @Override
  public void connectFailed(Throwable cause) {
    Backend failed = attempts.current();
    if (stage == Stage.DONE || failed == null) {
      return;
    }
    attempts.exclude();
    if (cause instanceof BackendPool.ConnectionLimitException) {
      attempts.end();
      attempt(Failure.BUSY); // healthy, only full
      return;
    }
    attempts.countFailure();
    attempts.end();
    failed.health().connectionFailed("cannot connect");
    retry(Failure.NO_CARD);
  }

  @Override
  public void closed(@Nullable Throwable cause) {
    BackendConnection from = connection;
    Backend failed = attempts.current();
    if (stage == Stage.DONE || from == null || failed == null) {
      return;
    }
    account(from);
    connection = null;
    if (response.hasBegun()) {
      attempts.countFailure();
      finish();
      visitor.abort();
      return;
    }
    boolean noAnswer = from.responseBytes() == 0 && !response.hasSentAnything();
    boolean safe = noAnswer && !bodySent && (idempotent || facts.hasBody());
    if (safe && facts.hasBody()) {
      visitor.holdBody();
    }
    if (from.isReused() && noAnswer) {
      // Most likely the card had closed it for having rested: that says nothing of its health.
      if (safe) {
        Member same = attempts.endToRepeat();
        if (same != null && attempts.again(same)) {
          use(failed, true);
        } else {
          attempt(Failure.BUSY);
        }
        return;
      }
    } else if (noAnswer && cause != null) {
      failed.health().connectionFailed("connection reset");
    } else {
      services.suspect().accept(failed);
    }
    attempts.countFailure();
    attempts.exclude();
    attempts.end();
    if (safe) {
      retry(Failure.BROKEN_RESPONSE);
    } else {
      fail(Failure.BROKEN_RESPONSE);
    }
  }

  private void retry(Failure otherwise) {
    if (attempts.mayRetry()) {
      attempt(otherwise);
    } else {
      fail(otherwise);
    }
  }

  private void brokenResponse() {
    attempts.countFailure();
    if (!response.hasBegun()) {
      fail(Failure.BROKEN_RESPONSE);
    } else {
      dropConnection();
      finish();
      visitor.abort();
    }
  }

  /** The deadline has passed. */
  void expired() {
    if (stage == Stage.WAITING) {
      fail(Failure.BUSY);
      return;
    }
    if (requestComplete) {
      attempts.countFailure();
    }
    if (!response.hasBegun()) {
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
    return response.hasSentAnything();
  }

  private void fail(Failure failure) {
    account.answeredHere(failure.status().code());
    dropConnection();
    finish();
    if (aim == null) {
      services.statistics().refused(failure.name());
    }
    site.counters().answered(failure.status().code());
    boolean mayStay = keepAlive && requestComplete(failure) && !visitor.isDraining();
    FullHttpResponse page = ErrorPage.of(failure, facts.host(), requestId, !mayStay);
    if (aim != null) {
      aim.markAnswer(
          page.headers(), failure == Failure.BUSY ? ProbeToken.By.BUSY : ProbeToken.By.PROXY);
    }
    visitor.respond(page, toHead, mayStay);
  }

  private boolean requestComplete(Failure failure) {
    return failure != Failure.BODY_TIMEOUT
        && failure != Failure.BODY_TOO_LARGE
        && (requestComplete || !facts.hasBody());
  }

  private void dropConnection() {
    BackendConnection dropped = connection;
    if (dropped != null) {
      account(dropped);
      finish();
      dropped.abandon();
    }
  }

  private void finish() {
    if (stage == Stage.WAITING) {
      site.group().waiting().leave(waiter);
    }
    stage = Stage.DONE;
    connection = null;
    attempts.end();
    account.end(response.status(), services.nanoTime().getAsLong());
  }

  private void account(BackendConnection from) {
    attempts.account(requestBytes, from.responseBytes());
    Site.Card card = site.cards().get(from.backend());
    if (card != null) {
      account.card(card.position(), card.counters(), requestBytes, from.responseBytes());
    }
    requestBytes = 0;
  }
}
