package io.cade.engine.probe;

import io.cade.agent.wire.ProbeToken;
import io.cade.agent.wire.ProbeToken.By;
import io.cade.engine.conduct.GateCheck;
import io.cade.engine.conduct.WantedProbes.Probe;
import io.cade.engine.observe.ProbeOutcome;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One answer as it comes in, and what to make of it. Only what carries the proxy's mark says
 * something of the card: everything else went wrong on the way to it. Owned by its event loop.
 */
final class Reading {
  /** So much of an answer is looked at. */
  static final int MOST_BYTES = 1 << 20;

  private static final int GATEWAY_TIMEOUT = 504;

  private final Probe probe;
  private final String key;
  private final String token;
  private final CompletableFuture<ProbeOutcome> result;
  private final Buffer body = Buffer.buffer();
  private @Nullable HttpClientRequest request;
  private int status;

  Reading(Probe probe, String key, String token, CompletableFuture<ProbeOutcome> result) {
    this.probe = probe;
    this.key = key;
    this.token = token;
    this.result = result;
  }

  /** The connection is there. */
  void asks(HttpClientRequest made) {
    request = made;
    if (result.isDone()) {
      var _ = made.reset();
    }
  }

  /** The head of an answer has come. */
  void begins(HttpClientResponse response) {
    // Also what is cut here counts as broken off, when all is said already.
    response.exceptionHandler(_ -> brokenOff());
    if (result.isDone()) {
      return;
    }
    By by = ProbeToken.answeredBy(key, token, response.headers().getAll(ProbeToken.HEADER));
    status = response.statusCode();
    switch (by) {
      case null ->
          end(
              ProbeOutcome.unreached(
                  proxy() + " takes no aimed requests: its clock or its routes are behind"));
      case UNROUTED ->
          end(ProbeOutcome.unreached(proxy() + " has no route to card " + card() + " yet"));
      case BUSY ->
          end(ProbeOutcome.unreached(proxy() + " finds card " + card() + " full of requests"));
      case PROXY ->
          end(
              ProbeOutcome.bad(
                  what()
                      + (status == GATEWAY_TIMEOUT
                          ? " was not answered within " + shown(check().limit())
                          : " was not answered: the proxy says " + status)));
      case CARD -> {
        if (check().status().contains(status)) {
          response.handler(this::part);
          response.endHandler(_ -> complete());
        } else {
          end(
              ProbeOutcome.bad(
                  what() + " answered " + status + " in place of " + check().status()));
        }
      }
    }
  }

  private void part(Buffer bytes) {
    if (body.length() < MOST_BYTES) {
      body.appendBuffer(bytes, 0, Math.min(bytes.length(), MOST_BYTES - body.length()));
    }
    if (body.length() == MOST_BYTES) {
      complete(); // the rest may be as long as it likes
    }
  }

  private void complete() {
    String text = check().text();
    end(
        text.isEmpty() || body.toString(StandardCharsets.UTF_8).contains(text)
            ? ProbeOutcome.good()
            : ProbeOutcome.bad(
                what() + " answered " + status + " without the text '" + text + "'"));
  }

  private void brokenOff() {
    end(ProbeOutcome.bad(what() + " answered " + status + " and broke off"));
  }

  /** There is no connection, or it ended before an answer began. */
  void unreached(Throwable cause) {
    String why = cause.getMessage();
    end(
        ProbeOutcome.unreached(
            proxy()
                + " is not reached: "
                + (why == null ? cause.getClass().getSimpleName() : why)));
  }

  /** The time is over, also what the proxy has for itself. */
  void late() {
    end(
        status == 0
            ? ProbeOutcome.unreached(
                proxy()
                    + " does not answer within "
                    + shown(check().limit().plus(HttpProber.OF_PROXY)))
            : ProbeOutcome.bad(
                what()
                    + " answered "
                    + status
                    + " and did not end within "
                    + shown(check().limit())));
  }

  private void end(ProbeOutcome outcome) {
    if (!result.complete(outcome)) {
      return;
    }
    HttpClientRequest made = request;
    if (made != null) {
      var _ = made.reset(); // ends the connection, if the answer has not
    }
  }

  private GateCheck check() {
    return probe.check();
  }

  private String proxy() {
    return "proxy " + probe.target().proxy();
  }

  private String card() {
    return probe.target().card().toString();
  }

  private String what() {
    return "%s: GET %s of %s on card %s"
        .formatted(proxy(), probe.target().path(), check().host(), card());
  }

  private static String shown(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
