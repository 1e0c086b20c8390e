package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.guard.GuardLink;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.ContentArchive;
import io.cade.engine.operate.Role;
import io.cade.engine.update.EngineUpdates;
import io.cade.engine.web.Bodies;
import io.cade.engine.web.ConnectionGuard;
import io.cade.engine.web.Failures;
import io.cade.engine.web.LastWords;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What every request passes first: headers of every answer, the open health check, then who asks.
 * Behind it the request is paused and has its caller.
 */
final class Gatekeeper {
  static final int MAX_BODY = 1 << 20;
  static final int MAX_CONTENT = ContentArchive.MAX_PACKED;

  private static final String CALLER = "cade.caller";
  private static final String STILL = "cade.still";
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private static final Pattern OF_TENANTS =
      Pattern.compile("/api/v1/services/([a-z0-9-]{1,63})(/versions|/rollout)?");

  private final Replies replies;
  private final Authenticator authenticator;
  private final ConnectionGuard guard;
  private final BooleanSupplier ready;
  private final EngineUpdates engine;

  Gatekeeper(
      Replies replies,
      Authenticator authenticator,
      ConnectionGuard guard,
      BooleanSupplier ready,
      EngineUpdates engine) {
    this.replies = replies;
    this.guard = guard;
    this.authenticator = authenticator;
    this.ready = ready;
    this.engine = engine;
  }

  static Caller caller(RoutingContext context) {
    Caller caller = context.get(CALLER);
    if (caller == null) {
      throw new IllegalStateException("a route is not behind the gatekeeper");
    }
    return caller;
  }

  /**
   * Asks the users once more, after a body that took its time: what was valid when its head came
   * may have ended meanwhile.
   *
   * @return fails with {@link Refusal} when the user is gone, or has another role, other services
   *     or another password
   */
  static Future<Void> stillAllowed(RoutingContext context) {
    Supplier<Future<Void>> still = context.get(STILL);
    if (still == null) {
      throw new IllegalStateException("a route is not behind the gatekeeper");
    }
    return still.get();
  }

  void addTo(Router router) {
    router.route().handler(Gatekeeper::headers);
    router.route().handler(this::lastOfStranger);
    router.get("/api/v1/health").handler(this::health);
    router.route().handler(this::admit);
    for (int status : List.of(400, 404, 405, 500)) {
      router.errorHandler(status, context -> unrouted(context, status));
    }
  }

  private static void headers(RoutingContext context) {
    context
        .response()
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    context.next();
  }

  /** Who has not signed in gets one answer on a connection, so that its place is free again. */
  private void lastOfStranger(RoutingContext context) {
    HttpConnection connection = context.request().connection();
    context.addHeadersEndHandler(_ -> {
      if (guard.isStranger(connection)) {
        context.response().putHeader(HttpHeaders.CONNECTION, "close");
      }
    });
    context.addEndHandler(_ -> {
      if (guard.isStranger(connection)) {
        if (context.request().isEnded()) {
          var _ = connection.close();
        } else {
          LastWords.hearOut(context.vertx(), context.request());
        }
      }
    });
    context.next();
  }

  private void health(RoutingContext context) {
    boolean works = ready.getAsBoolean();
    replies.send(
        context,
        works ? 200 : 503,
        "application/json",
        engine
            .says(context.request().getHeader(GuardLink.HEADER))
            .orElseGet(() -> Map.of("status", works ? "ready" : "starting")));
  }

  private void admit(RoutingContext context) {
    long limit =
        ImageRoutes.IMAGES.equals(context.request().path())
                || UpdateRoutes.BUNDLES.equals(context.request().path())
            ? ImageRoutes.MAX_IMAGE
            : MAX_CONTENT;
    if (Bodies.announcesMoreThan(context.request(), limit)) {
      replies.fail(context, new Bodies.TooLarge(limit));
      return;
    }
    // Nothing of the body may be lost while the password is checked.
    context.request().pause();
    authenticator
        .authenticate(
            context.request().getHeader(HttpHeaders.AUTHORIZATION),
            context.request().remoteAddress().hostAddress())
        .onSuccess(caller -> {
          if (!guard.believe(context.request().connection(), "user " + caller.user())) {
            return;
          }
          if (forged(context)) {
            replies.problem(
                context, 403, "not-allowed", "changes are not taken from pages of other sites");
            return;
          }
          if (!isOpenTo(caller, context)) {
            replies.problem(
                context,
                403,
                "not-allowed",
                caller.user()
                    + " may only use the services that he or she rents: "
                    + String.join(", ", new TreeSet<>(caller.services())));
            return;
          }
          Optional<String> probation =
              SAFE.contains(context.request().method()) ? Optional.empty() : engine.probation();
          if (probation.isPresent()) {
            context.response().putHeader("Retry-After", "10");
            replies.problem(context, 409, "probation", probation.get());
            return;
          }
          context.put(CALLER, caller);
          Supplier<Future<Void>> still = () -> still(context, caller);
          context.put(STILL, still);
          context.next();
        })
        .onFailure(e -> deny(context, e));
  }

  private Future<Void> still(RoutingContext context, Caller caller) {
    return authenticator
        .authenticate(
            context.request().getHeader(HttpHeaders.AUTHORIZATION),
            context.request().remoteAddress().hostAddress())
        .compose(
            now ->
                caller.equals(now) ? Future.succeededFuture() : Future.failedFuture(ended(caller)),
            e ->
                Future.failedFuture(
                    Failures.cause(e) instanceof Authenticator.Denied denied
                        ? denied.denial() == Authenticator.Denial.WHO_ARE_YOU
                            ? ended(caller)
                            : new Refusal(
                                Refusal.Kind.LIMIT,
                                "too many sign-ins to look at the rights of "
                                    + caller.user()
                                    + " again: try again later")
                        : e));
  }

  private static Refusal ended(Caller caller) {
    return new Refusal(
        Refusal.Kind.NOT_ALLOWED,
        "the rights of "
            + caller.user()
            + " ended or changed while this was being sent: sign in again");
  }

  /**
   * Browsers add Basic credentials to requests that another site's page makes; they also say so in
   * Sec-Fetch-Site (W3C Fetch Metadata), older ones in Origin (RFC 6454 §7).
   */
  private static boolean forged(RoutingContext context) {
    if (SAFE.contains(context.request().method())) {
      return false;
    }
    String site = context.request().getHeader("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = context.request().getHeader(HttpHeaders.ORIGIN);
    return origin != null && !origin.equalsIgnoreCase("https://" + context.request().authority());
  }

  /**
   * A tenant sees of the module what he or she rents, and nothing else. What he or she may do there
   * is decided, and put on record, with each action.
   */
  private static boolean isOpenTo(Caller caller, RoutingContext context) {
    if (caller.role() != Role.TENANT) {
      return true;
    }
    Matcher resource = OF_TENANTS.matcher(context.normalizedPath());
    if (!resource.matches()) {
      return false;
    }
    return caller.rents(resource.group(1))
        || (resource.group(2) != null && !SAFE.contains(context.request().method()));
  }

  private void deny(RoutingContext context, Throwable failure) {
    if (!(Failures.cause(failure) instanceof Authenticator.Denied denied)) {
      replies.fail(context, failure);
      return;
    }
    switch (denied.denial()) {
      case WHO_ARE_YOU -> {
        context.response().putHeader("WWW-Authenticate", "Basic realm=\"Cade\", charset=\"UTF-8\"");
        replies.problem(
            context, 401, "not-authenticated", "name and password of a user are needed");
      }
      case SLOW_DOWN -> {
        context
            .response()
            .putHeader("Retry-After", Long.toString(FailureLimiter.WINDOW.toSeconds()));
        replies.problem(
            context, 429, "slow-down", "too many wrong passwords: wait a minute, then try again");
      }
      case BUSY -> {
        context.response().putHeader("Retry-After", "1");
        replies.problem(context, 503, "busy", "too many sign-ins at once: try again");
      }
    }
  }

  private void unrouted(RoutingContext context, int status) {
    switch (status) {
      case 404 -> replies.problem(context, 404, "not-found", "there is no such page or resource");
      case 405 -> replies.problem(context, 405, "wrong-method", "this method is not possible here");
      case 400 -> replies.problem(context, 400, "invalid", "the request cannot be understood");
      default -> {
        Throwable failure = context.failure();
        replies.fail(
            context, failure == null ? new IllegalStateException("no cause given") : failure);
      }
    }
  }
}
