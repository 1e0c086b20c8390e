package io.cade.engine.api;

import io.cade.agent.wire.Setting;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.NewVersion;
import io.cade.engine.operate.VersionOperations;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Versions of services' content (SPEC R1, U2): {@code GET|POST /api/v1/services/NAME/versions}, and
 * {@code POST|DELETE /api/v1/services/NAME/rollout}.
 */
final class VersionRoutes {
  private static final String VERSIONS = "/api/v1/services/:name/versions";
  private static final String ROLLOUT = "/api/v1/services/:name/rollout";

  private final ApiRoutes routes;
  private final VersionOperations versions;
  private final Inspection inspection;

  VersionRoutes(ApiRoutes routes, VersionOperations versions, Inspection inspection) {
    this.routes = routes;
    this.versions = versions;
    this.inspection = inspection;
  }

  void addTo(Router router) {
    routes.show(
        router, VERSIONS, c -> Map.of("versions", inspection.versions(c.pathParam("name"))));
    router.post(VERSIONS).handler(this::publish);
    router.post(ROLLOUT).handler(this::use);
    router
        .delete(ROLLOUT)
        .handler(context ->
            routes.withoutBody(
                context,
                () ->
                    routes.answer(
                        context,
                        202,
                        versions.cancel(Gatekeeper.caller(context), context.pathParam("name")))));
  }

  /** {@code ?why=&gate=10s&drain=10s} with a ZIP as its body. */
  private void publish(RoutingContext context) {
    NewVersion order;
    try {
      ApiRoutes.requireZip(context);
      order = order(context);
    } catch (Refusal e) {
      routes.replies().fail(context, e);
      return;
    }
    var caller = Gatekeeper.caller(context);
    routes.takeContent(
        context,
        () -> versions.check(caller, order),
        versions::newUpload,
        file -> versions.publish(caller, order, file),
        service -> routes.replies().send(context, 202, "application/json", routes.seen(service)));
  }

  /** {@code ?version=3&why=&gate=&drain=}. */
  private void use(RoutingContext context) {
    routes.withoutBody(
        context,
        () ->
            routes.answer(
                context,
                202,
                versions.use(
                    Gatekeeper.caller(context),
                    order(context),
                    ApiRoutes.number(context, "version", -1))));
  }

  private static NewVersion order(RoutingContext context) throws Refusal {
    List<String> why = context.queryParam("why");
    return new NewVersion(
        context.pathParam("name"),
        why.isEmpty() ? "" : why.getFirst(),
        time(context, "gate", NewVersion.STANDARD_GATE),
        time(context, "drain", NewVersion.STANDARD_DRAIN));
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
}
