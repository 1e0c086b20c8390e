package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.SizeOperations;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * The cards of a service (SPEC A4, D3): {@code GET /api/v1/services/NAME/plan?cards=N}, also for a
 * name that no service has; {@code POST /api/v1/services/NAME/cards?cards=N&deadline=5min}, {@code
 * POST /api/v1/services/NAME/move?from=1.3&to=2.4&deadline=5min}, without {@code to} for the card
 * that is chosen.
 *
 * <p>{@code GET /api/v1/spares}; {@code POST /api/v1/spares?cards=N}.
 */
final class SizeRoutes {
  private final ApiRoutes routes;
  private final SizeOperations sizes;

  SizeRoutes(ApiRoutes routes, SizeOperations sizes) {
    this.routes = routes;
    this.sizes = sizes;
  }

  void addTo(Router router) {
    routes.show(
        router,
        "/api/v1/services/:name/plan",
        context -> sizes.plan(context.pathParam("name"), ApiRoutes.number(context, "cards", -1)));
    router
        .post("/api/v1/services/:name/cards")
        .handler(context -> routes.withoutBody(context, () -> resize(context)));
    routes.show(router, "/api/v1/spares", _ -> sizes.spares());
    router
        .post("/api/v1/spares")
        .handler(context ->
            routes.withoutBody(
                context,
                () -> {
                  try {
                    routes.answer(
                        context,
                        200,
                        sizes.keepBack(
                            Gatekeeper.caller(context), ApiRoutes.number(context, "cards", -1)));
                  } catch (Refusal e) {
                    routes.replies().fail(context, e);
                  }
                }));
    router
        .post("/api/v1/services/:name/move")
        .handler(context -> routes.withoutBody(context, () -> move(context)));
  }

  private void move(RoutingContext context) {
    try {
      List<String> from = context.queryParam("from");
      List<String> to = context.queryParam("to");
      routes.answer(
          context,
          202,
          sizes.move(
              Gatekeeper.caller(context),
              context.pathParam("name"),
              ApiRoutes.position(from.isEmpty() ? "" : from.getFirst()),
              to.isEmpty() ? null : ApiRoutes.position(to.getFirst()),
              BalancingRoutes.deadline(context)));
    } catch (Refusal e) {
      routes.replies().fail(context, e);
    }
  }

  private void resize(RoutingContext context) {
    try {
      routes.answer(
          context,
          202,
          sizes.resize(
              Gatekeeper.caller(context),
              context.pathParam("name"),
              ApiRoutes.number(context, "cards", -1),
              BalancingRoutes.deadline(context)));
    } catch (Refusal e) {
      routes.replies().fail(context, e);
    }
  }
}
