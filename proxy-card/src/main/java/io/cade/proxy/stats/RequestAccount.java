package io.cade.proxy.stats;

import io.cade.agent.wire.CardPosition;
import org.jspecify.annotations.Nullable;

/**
 * The account of one HTTP request from its head to the end of its answer. One object serves the
 * requests of a connection one after the other (of HTTP/2: of a stream), so that accounting
 * allocates nothing. Owned by the connection's event loop.
 */
public final class RequestAccount {
  private final RequestSink sink;
  private boolean open;
  private String visitor = "";
  private boolean local;
  private boolean secure;
  private String host = "";
  private String method = "";
  private String target = "";
  private String protocol = "";
  private @Nullable String referer;
  private @Nullable String agent;
  private String service = "";
  private @Nullable SiteCounters site;
  private @Nullable CardPosition position;
  private @Nullable CardCounters card;
  private int status;
  private long bytesIn;
  private long bytesOut;
  private long begunNanos;
  private long endedNanos;
  private long number;

  public RequestAccount(RequestSink sink) {
    this.sink = sink;
  }

  /** Whether {@link #details} is asked for. */
  public boolean wantsDetails() {
    return sink.wantsDetails();
  }

  /**
   * A request's head has arrived.
   *
   * @param visitor numeric address
   * @param host as asked for
   */
  public void begin(
      String visitor,
      boolean local,
      boolean secure,
      String host,
      String method,
      String target,
      String protocol,
      long nowNanos) {
    this.open = true;
    this.visitor = visitor;
    this.local = local;
    this.secure = secure;
    this.host = host;
    this.method = method;
    this.target = target;
    this.protocol = protocol;
    this.referer = null;
    this.agent = null;
    this.service = "";
    this.site = null;
    this.position = null;
    this.card = null;
    this.status = 0;
    this.bytesIn = 0;
    this.bytesOut = 0;
    this.begunNanos = nowNanos;
    this.number++;
  }

  /** What only the access log needs. */
  public void details(@Nullable String referer, @Nullable String agent) {
    this.referer = referer;
    this.agent = agent;
  }

  /** The site is known. */
  public void at(String service, SiteCounters site) {
    this.service = service;
    this.site = site;
  }

  /** A card has it, for the time being. */
  public void given(CardPosition position, CardCounters card) {
    this.position = position;
    this.card = card;
  }

  /** No card has it: the answer is the proxy's own. */
  public void takenBack() {
    card = null;
  }

  /** The status of the final answer. */
  public void answered(int status) {
    this.status = status;
  }

  public void bytes(long in, long out) {
    bytesIn += in;
    bytesOut += out;
  }

  /** The answer is complete, or never will be; a second call does nothing. */
  public void end(long nowNanos) {
    if (!open) {
      return;
    }
    open = false;
    endedNanos = nowNanos;
    CardCounters by = card;
    if (by != null && status != 0) {
      by.answered(status, (nowNanos - begunNanos) / 1000);
    }
    SiteCounters of = site;
    if (of != null && local) {
      of.local(1, bytesIn + bytesOut);
    }
    sink.ended(this);
  }

  /** Whether a request has begun and not ended. */
  public boolean isOpen() {
    return open;
  }

  public String visitor() {
    return visitor;
  }

  public boolean secure() {
    return secure;
  }

  public String host() {
    return host;
  }

  public String method() {
    return method;
  }

  public String target() {
    return target;
  }

  public String protocol() {
    return protocol;
  }

  public @Nullable String referer() {
    return referer;
  }

  public @Nullable String agent() {
    return agent;
  }

  /** Empty when no site was found. */
  public String service() {
    return service;
  }

  public @Nullable CardPosition position() {
    return position;
  }

  /** 0 when there was no answer. */
  public int status() {
    return status;
  }

  public long bytesIn() {
    return bytesIn;
  }

  public long bytesOut() {
    return bytesOut;
  }

  public long nanos() {
    return endedNanos - begunNanos;
  }

  /** Which request of its connection it was, from 1. */
  public long number() {
    return number;
  }
}
