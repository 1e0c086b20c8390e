package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.CommandInspection;
import io.cade.engine.operate.CommandOperations;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Commands and identities of cards: {@code GET /api/v1/cards/1.3/commands}, {@code DELETE
 * …/commands/17?force=}, {@code POST …/ping?count=}, {@code POST …/reboot?force=}, {@code POST
 * …/revoke?why=}, {@code POST …/trust}.
 */
final class CommandRoutes {
  private static final String CARD = "/api/v1/cards/:position";

  private final ApiRoutes routes;
  private final CommandOperations operations;
  private final CommandInspection inspection;

  CommandRoutes(ApiRoutes routes, CommandOperations operations, CommandInspection inspection) {
    this.routes = routes;
    this.operations = operations;
    this.inspection = inspection;
  }

  void addTo(Router router) {
    routes.show(
        router,
        CARD + "/commands",
        context -> inspection.of(ApiRoutes.position(context.pathParam("position"))));
    router
        .delete(CARD + "/commands/:command")
        .handler(context -> change(context, () -> cancel(context)));
    router.post(CARD + "/ping").handler(context -> change(context, () -> ping(context)));
    router.post(CARD + "/reboot").handler(context -> change(context, () -> reboot(context)));
    router.post(CARD + "/revoke").handler(context -> change(context, () -> revoke(context)));
    router.post(CARD + "/trust").handler(context -> change(context, () -> trust(context)));
  }

  private void change(RoutingContext context, ApiRoutes.Act act) {
    routes.withoutBody(context, act);
  }

  private static boolean force(RoutingContext context) {
    return context.queryParam("force").contains("true");
  }

  private void cancel(RoutingContext context) throws Refusal {
    long command;
    try {
      command = Long.parseLong(context.pathParam("command"));
    } catch (NumberFormatException e) {
      throw new Refusal(Refusal.Kind.INVALID, "the command must be a number");
    }
    routes.answer(
        context,
        200,
        operations.cancel(
            Gatekeeper.caller(context),
            ApiRoutes.position(context.pathParam("position")),
            command,
            force(context)));
  }

  private void ping(RoutingContext context) throws Refusal {
    routes.answer(
        context,
        202,
        operations.ping(
            Gatekeeper.caller(context),
            ApiRoutes.position(context.pathParam("position")),
            ApiRoutes.number(context, "count", 1)));
  }

  private void reboot(RoutingContext context) throws Refusal {
    routes.answer(
        context,
        202,
        operations.reboot(
            Gatekeeper.caller(context),
            ApiRoutes.position(context.pathParam("position")),
            force(context)));
  }

  private void revoke(RoutingContext context) throws Refusal {
    List<String> why = context.queryParam("why");
    routes.answer(
        context,
        200,
        operations.revoke(
            Gatekeeper.caller(context),
            ApiRoutes.position(context.pathParam("position")),
            why.isEmpty() ? "" : why.getFirst()));
  }

  private void trust(RoutingContext context) throws Refusal {
    routes.answer(
        context,
        200,
        operations.trust(
            Gatekeeper.caller(context), ApiRoutes.position(context.pathParam("position"))));
  }
}
