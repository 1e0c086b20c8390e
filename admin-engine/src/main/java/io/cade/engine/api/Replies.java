package io.cade.engine.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.cade.engine.change.Refusal;
import io.cade.engine.web.Bodies;
import io.cade.engine.web.Failures;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
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
      // What still comes of the body is not read: the connection cannot be used again.
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
    }
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", title(status));
    problem.put("status", status);
    problem.put("error", error);
    problem.put("detail", detail);
    send(context, status, "application/problem+json", problem);
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
      case 422 -> "Limit reached";
      case 429 -> "Too many attempts";
      case 503 -> "Busy";
      case 507 -> "No room";
      default -> "Failed";
    };
  }
}
