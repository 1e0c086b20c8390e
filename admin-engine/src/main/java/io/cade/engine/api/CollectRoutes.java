package io.cade.engine.api;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.CollectOperations;
import io.cade.engine.operate.CollectOperations.Which;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Logs and inventories of cards: {@code GET /api/v1/cards/1.3/logs?source=&since=&lines=}, {@code
 * POST …/logs?source=&since=&lines=&follow=}, {@code GET|POST …/inventory}. {@code since} is an age
 * in seconds. POST has the card send; GET shows what was sent.
 */
final class CollectRoutes {
  private static final String CARD = "/api/v1/cards/:position";
  private static final int LINES = 200;

  private final ApiRoutes routes;
  private final CollectOperations operations;

  CollectRoutes(ApiRoutes routes, CollectOperations operations) {
    this.routes = routes;
    this.operations = operations;
  }

  void addTo(Router router) {
    router.get(CARD + "/logs").handler(this::logs);
    router.get(CARD + "/inventory").handler(this::inventory);
    router.post(CARD + "/logs").handler(this::collectLogs);
    router.post(CARD + "/inventory").handler(this::collectInventory);
  }

  private static CardPosition position(RoutingContext context) throws Refusal {
    return ApiRoutes.position(context.pathParam("position"));
  }

  private static Which which(RoutingContext context) throws Refusal {
    List<String> source = context.queryParam("source");
    return new Which(
        source.isEmpty() ? "" : source.getFirst(),
        ApiRoutes.number(context, "since", 0),
        ApiRoutes.number(context, "lines", LINES));
  }

  private void logs(RoutingContext context) {
    Caller caller = Gatekeeper.caller(context);
    try {
      CardPosition at = position(context);
      Which which = which(context);
      read(context, () -> operations.logs(caller, at, which));
    } catch (Refusal e) {
      context.request().resume();
      routes.replies().fail(context, e);
    }
  }

  private void inventory(RoutingContext context) {
    Caller caller = Gatekeeper.caller(context);
    try {
      CardPosition at = position(context);
      read(context, () -> operations.inventory(caller, at));
    } catch (Refusal e) {
      context.request().resume();
      routes.replies().fail(context, e);
    }
  }

  private void read(RoutingContext context, Callable<?> what) {
    context.request().resume();
    routes
        .onLoop(routes.onDisk(what))
        .onSuccess(answer -> routes.replies().ok(context, answer))
        .onFailure(e -> routes.replies().fail(context, e));
  }

  private void collectLogs(RoutingContext context) {
    routes.withoutBody(
        context,
        () ->
            routes.answer(
                context,
                202,
                operations.collectLogs(
                    Gatekeeper.caller(context),
                    position(context),
                    which(context),
                    ApiRoutes.number(context, "follow", 0))));
  }

  private void collectInventory(RoutingContext context) {
    routes.withoutBody(
        context,
        () ->
            routes.answer(
                context,
                202,
                operations.collectInventory(Gatekeeper.caller(context), position(context))));
  }
}
