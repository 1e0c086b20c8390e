package io.cade.proxy.http;

import io.cade.proxy.route.Site;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The response of one exchange on its way to the visitor, part by part. Owned by the event loop of
 * the exchange.
 */
final class ResponseRelay {
  private final Front visitor;
  private final Site site;
  private final HeadFacts facts;
  private final ResponseHead head;
  private final @Nullable String upgrade;
  private final boolean toHead;
  private final boolean keepAlive;
  private State state = State.BEFORE;
  private boolean interimRelayed;
  private boolean inInterim;
  private boolean stay;
  private int status;

  private enum State {
    BEFORE,
    RESPONDING,
    SWITCHING
  }

  /** What one part has led to. */
  enum Step {
    /** More is to come. */
    MORE,
    /** The response is complete. */
    COMPLETE,
    /** Both sides speak another protocol from now on. */
    SWITCHED,
    /** The part was not what it should be and went nowhere. */
    BROKEN
  }

  /**
   * @param upgrade the protocol that the visitor has asked for, or null
   * @param keepAlive whether the visitor wants to keep the connection
   */
  ResponseRelay(
      Front visitor,
      Site site,
      HeadFacts facts,
      ResponseHead head,
      @Nullable String upgrade,
      boolean toHead,
      boolean keepAlive) {
    this.visitor = visitor;
    this.site = site;
    this.facts = facts;
    this.head = head;
    this.upgrade = upgrade;
    this.toHead = toHead;
    this.keepAlive = keepAlive;
  }

  /** Whether the head of a final response, or of a switch, has left. */
  boolean hasBegun() {
    return state != State.BEFORE;
  }

  /** Of the final response; 0 as long as none has begun. */
  int status() {
    return status;
  }

  /** Whether anything has left, be it a mere 100 or 103. */
  boolean hasSentAnything() {
    return hasBegun() || interimRelayed;
  }

  /** Whether the visitor's connection stays open behind this response. */
  boolean visitorStays() {
    return stay;
  }

  /** Whether the card's connection can be used again behind this response. */
  boolean backendStays() {
    return head.backendKeepsAlive();
  }

  /**
   * Passes a part on; it is taken over in any case.
   *
   * @param card internal address of the card that sent it
   * @param requestComplete whether all of the request has arrived
   */
  Step relay(HttpObject part, String card, boolean requestComplete) {
    if (part.decoderResult().isFailure()) {
      ReferenceCountUtil.release(part);
      return Step.BROKEN;
    }
    return switch (part) {
      case HttpResponse response -> head(response, card, requestComplete);
      case HttpContent content -> content(content, card);
      default -> Step.BROKEN;
    };
  }

  private Step head(HttpResponse response, String card, boolean requestComplete) {
    if (response.status().code() == 101) {
      if (!isWantedSwitch(response)) {
        return Step.BROKEN; // nobody asked: what follows would be relayed unguarded
      }
      state = State.SWITCHING;
      head.rewriteSwitch(response, card);
    } else if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      inInterim = true;
      if (facts.version().atLeast11()) {
        interimRelayed = true;
        head.rewriteInterim(response, card);
        visitor.write(response);
      }
      return Step.MORE;
    } else {
      boolean mayStay = keepAlive && requestComplete && !visitor.isDraining();
      if (!head.rewrite(response, card, mayStay)) {
        return Step.BROKEN;
      }
      state = State.RESPONDING;
      stay = mayStay && head.visitorKeepsAlive();
      visitor.beginResponse(toHead);
    }
    status = response.status().code();
    site.counters().answered(status);
    visitor.write(response);
    return Step.MORE;
  }

  /** A WebSocket is there only with its key accepted (RFC 6455 §4.2.2). */
  private boolean isWantedSwitch(HttpResponse response) {
    return upgrade != null
        && (!upgrade.equalsIgnoreCase("websocket")
            || response.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT));
  }

  private Step content(HttpContent content, String card) {
    boolean last = content instanceof LastHttpContent;
    if (inInterim) {
      inInterim = !last;
      if (facts.version().atLeast11()) {
        visitor.write(content);
      } else {
        content.release();
      }
      return Step.MORE;
    }
    if (content instanceof LastHttpContent end && !end.trailingHeaders().isEmpty()) {
      head.rewriteTrailers(end.trailingHeaders(), card);
    }
    visitor.write(content);
    if (!last) {
      return Step.MORE;
    }
    return state == State.SWITCHING ? Step.SWITCHED : Step.COMPLETE;
  }
}
