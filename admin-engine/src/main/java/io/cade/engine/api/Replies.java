package io.cade.engine.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.cade.engine.change.Refusal;
import io.cade.engine.web.Bodies;
import io.cade.engine.web.Failures;
import io.cade.engine.web.LastWords;
import io.cade.engine.web.TlsOptions;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers in JSON; problems as RFC 9457 has them. Thread-safe. */
final class Replies {
  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  private static final String PROBLEM = "application/problem+json";

  private final JsonMapper mapper =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  void ok(RoutingContext context, Object value) {
    send(context, 200, "application/json", value);
  }

  void send(RoutingContext context, int status, String type, Object value) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    try {
      var _ =
          response
              .setStatusCode(status)
              .putHeader(HttpHeaders.CONTENT_TYPE, type)
              .end(Buffer.buffer(mapper.writeValueAsBytes(value)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot encode " + value.getClass().getSimpleName(), e);
    }
  }

  /**
   * @param error the problem in one word, for programs
   * @param detail what, where and what to do, for people
   */
  void problem(RoutingContext context, int status, String error, String detail) {
    if (!context.request().isEnded()) {
      // What still comes of the body is not kept: the connection cannot be used again.
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      LastWords.hearOut(context.vertx(), context.request());
    }
    send(context, status, PROBLEM, document(status, error, detail));
  }

  private static Map<String, Object> document(int status, String error, String detail) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", title(status));
    problem.put("status", status);
    problem.put("error", error);
    problem.put("detail", detail);
    return problem;
  }

  /** Answers a request that cannot be read at all, so that none of the routes sees it. */
  void malformed(Vertx vertx, HttpServerRequest request) {
    switch (request.decoderResult().cause()) {
      case TooLongHttpLineException _ ->
          malformed(
              vertx,
              request,
              414,
              "too-large",
              "the request's path and query are longer than the "
                  + Bodies.size(TlsOptions.MAX_REQUEST_LINE)
                  + " allowed, so some value in it is too long: nothing was changed");
      case TooLongHttpHeaderException _ ->
          malformed(
              vertx,
              request,
              431,
              "too-large",
              "the request's header is longer than the "
                  + Bodies.size(TlsOptions.MAX_HEADERS)
                  + " allowed: nothing was changed");
      case null, default ->
          malformed(vertx, request, 400, "invalid", "the request cannot be understood");
    }
  }

  private void malformed(
      Vertx vertx, HttpServerRequest request, int status, String error, String detail) {
    try {
      byte[] body = mapper.writeValueAsBytes(document(status, error, detail));
      LastWords.say(vertx, request, status, PROBLEM, Buffer.buffer(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot encode a problem", e);
    }
  }

  void fail(RoutingContext context, Throwable failure) {
    switch (Failures.cause(failure)) {
      case Refusal r -> refused(context, r);
      case Bodies.TooLarge e -> problem(context, 413, "too-large", String.valueOf(e.getMessage()));
      case Bodies.TooSlow e -> problem(context, 408, "too-slow", String.valueOf(e.getMessage()));
      case RejectedExecutionException _ -> {
        context.response().putHeader("Retry-After", "1");
        problem(context, 503, "busy", "the engine is busy or stops: try again later");
      }
      case Throwable e when Failures.isDiskFull(e) -> {
        log.warn(
            "{} {}: no room left on the disk of the state directory",
            context.request().method(),
            context.request().path());
        problem(
            context,
            507,
            "no-room",
            "no room is left on the disk of the engine's state directory: nothing was kept; make"
                + " room and try again");
      }
      default -> {
        log.error("{} {}", context.request().method(), context.request().path(), failure);
        problem(context, 500, "failed", "the engine failed; its log has the cause");
      }
    }
  }

  private void refused(RoutingContext context, Refusal r) {
    String detail = String.valueOf(r.getMessage());
    switch (r.kind()) {
      case NOT_FOUND -> problem(context, 404, "not-found", detail);
      case CONFLICT -> problem(context, 409, "conflict", detail);
      case NOT_ALLOWED -> problem(context, 403, "not-allowed", detail);
      case INVALID -> problem(context, 400, "invalid", detail);
      case CONTENT -> problem(context, 422, "content", detail);
      case LIMIT -> problem(context, 422, "limit", detail);
    }
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad request";
      case 401 -> "Not authenticated";
      case 403 -> "Not allowed";
      case 404 -> "Not found";
      case 405 -> "Wrong method";
      case 408 -> "Too slow";
      case 409 -> "Conflict";
      case 413 -> "Too large";
      case 415 -> "Wrong type of content";
      case 414 -> "Request too long";
      case 422 -> "Cannot be done";
      case 431 -> "Header too long";
      case 429 -> "Too many attempts";
      case 503 -> "Busy";
      case 507 -> "No room";
      default -> "Failed";
    };
  }
}
