package io.cade.proxy.stats;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.VisitorSignal;
import io.cade.proxy.guard.VisitorGuard;
import org.jspecify.annotations.Nullable;

/**
 * The account of one HTTP request from its head to the end of its answer: one small object beside
 * the exchange, nothing else is allocated. Owned by the event loop of the visitor's connection.
 */
public final class RequestAccount {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final RequestSink sink;
  private final Head head;
  private final @Nullable VisitorGuard guard;
  private final long begunNanos;
  private String service = "";
  private @Nullable SiteCounters site;
  private @Nullable CardPosition position;
  private @Nullable CardCounters card;
  private int status;
  private long bytesIn;
  private long bytesOut;
  private long maxBodyBytes = Long.MAX_VALUE;
  private long endedNanos;
  private boolean ended;

  /**
   * What is known of a request when its head has arrived. All texts are the visitor's own.
   *
   * @param visitor numeric address
   * @param referer and {@code agent}: null unless the sink wants details
   */
  public record Head(
      String visitor,
      boolean secure,
      String host,
      String method,
      String target,
      String protocol,
      @Nullable String referer,
      @Nullable String agent,
      String id) {}

  /**
   * @param guard of the visitor's connection, null when nobody guards it
   */
  public RequestAccount(RequestSink sink, Head head, @Nullable VisitorGuard guard, long nowNanos) {
    this.sink = sink;
    this.head = head;
    this.guard = guard;
    this.begunNanos = nowNanos;
  }

  /** The site is known. */
  public void at(String service, SiteCounters site) {
    this.service = service;
    this.site = site;
    VisitorGuard limiting = guard;
    if (limiting != null) {
      maxBodyBytes = limiting.maxBodyBytes();
    }
  }

  /**
   * A card had the request, or has it.
   *
   * @param in bytes of the body that it was given
   * @param out bytes that it has answered with
   */
  public void card(CardPosition position, CardCounters card, long in, long out) {
    this.position = position;
    this.card = card;
    bytesIn += in;
    bytesOut += out;
  }

  /** The answer is the proxy's own. */
  public void answeredHere(int status) {
    this.status = status;
    card = null;
  }

  /** Whether a body of so many bytes is more than the site takes. */
  public boolean isTooLarge(long bodyBytes) {
    return bodyBytes > maxBodyBytes;
  }

  /**
   * The answer is complete, or never will be; a second call does nothing.
   *
   * @param cardStatus of the card's answer, 0 when there was none
   */
  public void end(int cardStatus, long nowNanos) {
    if (ended) {
      return;
    }
    ended = true;
    endedNanos = nowNanos;
    CardCounters by = card;
    if (status == 0) {
      status = cardStatus;
      if (by != null && cardStatus != 0) {
        by.answered(cardStatus, (nowNanos - begunNanos) / 1000);
      }
    }
    VisitorGuard watching = guard;
    if (watching != null) {
      SiteCounters of = site;
      if (of != null && watching.isLocal()) {
        of.local(1, bytesIn + bytesOut);
      }
      if (status == UNAUTHORIZED || status == FORBIDDEN) {
        if (by != null) {
          watching.saw(VisitorSignal.CREDENTIAL_GUESSING, service);
        }
      } else if (status == NOT_FOUND) {
        watching.saw(VisitorSignal.SCAN, service);
      }
    }
    sink.ended(this);
  }

  public Head head() {
    return head;
  }

  /** Empty when no site was found. */
  public String service() {
    return service;
  }

  /** The card that answered last; null when none has. */
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

  /** From the head to the end. */
  public long nanos() {
    return endedNanos - begunNanos;
  }
}
