package io.cade.engine.api;

import io.cade.agent.wire.Setting;
import io.cade.engine.change.Refusal;
import io.cade.engine.update.EngineUpdates;
import io.cade.engine.update.NewUpdate;
import io.cade.engine.update.UpdateOperations;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Updates (SPEC U2): {@code GET|POST /api/v1/bundles}, {@code DELETE /api/v1/bundles/NAME}, {@code
 * POST /api/v1/bundles/trust|check|fetch}, {@code GET|POST /api/v1/updates}, {@code DELETE
 * /api/v1/updates/NAME}.
 */
final class UpdateRoutes {
  static final String BUNDLES = "/api/v1/bundles";
  private static final String UPDATES = "/api/v1/updates";
  private static final int MAX_ROOT = 1 << 20;
  private static final Duration UPLOAD_TIME = Duration.ofMinutes(30);

  private final ApiRoutes routes;
  private final UpdateOperations updates;
  private final AtomicBoolean uploading = new AtomicBoolean();

  UpdateRoutes(ApiRoutes routes, UpdateOperations updates) {
    this.routes = routes;
    this.updates = updates;
  }

  /** What is done without a body, with what the query says. */
  private interface Call {
    java.util.concurrent.CompletionStage<?> of(RoutingContext context) throws Refusal;
  }

  void addTo(Router router) {
    routes.show(router, BUNDLES, _ -> Map.of("bundles", updates.bundles()));
    routes.show(router, UPDATES, _ -> Map.of("updates", all()));
    router.post(BUNDLES).handler(this::importBundle);
    router.post(BUNDLES + "/trust").handler(this::trust);
    router
        .post(BUNDLES + "/check")
        .handler(c -> call(c, 200, x -> updates.check(Gatekeeper.caller(x), text(x, "url"))));
    router
        .post(BUNDLES + "/fetch")
        .handler(c ->
            call(
                c,
                201,
                x -> updates.fetch(Gatekeeper.caller(x), text(x, "url"), text(x, "bundle"))));
    router
        .delete(BUNDLES + "/:name")
        .handler(c -> call(c, 200, x -> updates.remove(Gatekeeper.caller(x), name(x))));
    router
        .post(UPDATES)
        .handler(c ->
            call(
                c,
                202,
                x ->
                    updates.start(
                        Gatekeeper.caller(x),
                        text(x, "bundle"),
                        order(x),
                        time(x, "healthyWithin", EngineUpdates.STANDARD_HEALTHY_WITHIN))));
    router
        .delete(UPDATES + "/:name")
        .handler(c -> call(c, 202, x -> updates.cancel(Gatekeeper.caller(x), name(x))));
  }

  /** Those of cards, then the engine's own. */
  private List<Object> all() {
    List<Object> all = new ArrayList<>(updates.updates());
    updates.engine().last().ifPresent(all::add);
    return all;
  }

  private void call(RoutingContext context, int status, Call call) {
    routes.withoutBody(
        context,
        () -> {
          try {
            routes.answer(context, status, call.of(context));
          } catch (Refusal e) {
            routes.replies().fail(context, e);
          }
        });
  }

  private static NewUpdate order(RoutingContext context) throws Refusal {
    List<String> window = context.queryParam("window");
    return new NewUpdate(
        ApiRoutes.number(context, "canary", NewUpdate.STANDARD_CANARY),
        ApiRoutes.number(context, "parallel", NewUpdate.STANDARD_PARALLEL),
        window.isEmpty() ? "" : window.getFirst(),
        time(context, "gate", NewUpdate.STANDARD_GATE),
        time(context, "drain", NewUpdate.STANDARD_DRAIN));
  }

  private static Duration time(RoutingContext context, String name, Duration otherwise)
      throws Refusal {
    List<String> given = context.queryParam(name);
    if (given.isEmpty()) {
      return otherwise;
    }
    Duration time = Setting.duration(given.getFirst());
    if (time == null) {
      throw new Refusal(Refusal.Kind.INVALID, name + " is not a duration like 30s, 5min or 2h");
    }
    return time;
  }

  private static String name(RoutingContext context) {
    return String.valueOf(context.pathParam("name"));
  }

  private static String text(RoutingContext context, String name) throws Refusal {
    List<String> given = context.queryParam(name);
    if (given.size() != 1 || given.getFirst().isBlank()) {
      throw new Refusal(Refusal.Kind.INVALID, "the query needs one " + name + "=…");
    }
    return given.getFirst();
  }

  /** {@code ?profile=} with the root metadata as its body. */
  private void trust(RoutingContext context) {
    List<String> profile = context.queryParam("profile");
    var caller = Gatekeeper.caller(context);
    routes
        .read(context, () -> updates.checkTrust(caller), MAX_ROOT, Duration.ofSeconds(30))
        .onSuccess(bytes ->
            routes.answer(
                context,
                200,
                updates.trust(
                    caller, bytes.getBytes(), profile.isEmpty() ? "" : profile.getFirst())))
        .onFailure(e -> routes.replies().fail(context, e));
  }

  /** The bundle's file as its body. */
  private void importBundle(RoutingContext context) {
    String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.equals("application/octet-stream")) {
      routes
          .replies()
          .problem(
              context, 400, "invalid", "a bundle's file is expected as application/octet-stream");
      return;
    }
    if (!uploading.compareAndSet(false, true)) {
      context.response().putHeader("Retry-After", "10");
      routes
          .replies()
          .problem(context, 503, "busy", "another bundle is being uploaded: try again later");
      return;
    }
    var caller = Gatekeeper.caller(context);
    routes
        .onLoop(updates.checkImport(caller))
        .compose(_ -> routes.onLoop(routes.onDisk(updates::newUpload)))
        .compose(file ->
            Uploads.toFile(
                    routes.vertx(), context.request(), file, ImageRoutes.MAX_IMAGE, UPLOAD_TIME)
                .compose(_ -> Gatekeeper.stillAllowed(context))
                .onFailure(_ -> {
                  var _ = routes.onDisk(() -> Files.deleteIfExists(file));
                })
                .compose(_ -> routes.onLoop(updates.importBundle(caller, file))))
        .onComplete(_ -> uploading.set(false))
        .onSuccess(bundle -> routes.replies().send(context, 201, "application/json", bundle))
        .onFailure(e -> routes.replies().fail(context, e));
  }
}
