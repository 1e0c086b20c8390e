package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.HardwareInspection;
import io.cade.engine.operate.HardwareOperations;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;

/**
 * Power and LEDs of cards, and chassis: {@code POST /api/v1/cards/1.3/power?to=on|off|cycle},
 * {@code POST …/locate?lit=true|false}, {@code GET /api/v1/chassis}.
 */
final class HardwareRoutes {
  private final ApiRoutes routes;
  private final HardwareOperations operations;
  private final HardwareInspection inspection;

  HardwareRoutes(ApiRoutes routes, HardwareOperations operations, HardwareInspection inspection) {
    this.routes = routes;
    this.operations = operations;
    this.inspection = inspection;
  }

  void addTo(Router router) {
    routes.show(router, "/api/v1/chassis", _ -> Map.of("chassis", inspection.chassis()));
    router
        .post("/api/v1/cards/:position/power")
        .handler(context -> change(context, () -> power(context)));
    router
        .post("/api/v1/cards/:position/locate")
        .handler(context -> change(context, () -> locate(context)));
  }

  private void change(RoutingContext context, ApiRoutes.Act act) {
    routes.withoutBody(context, act);
  }

  private void power(RoutingContext context) throws Refusal {
    List<String> to = context.queryParam("to");
    HardwareOperations.Power power =
        switch (to.isEmpty() ? "" : to.getFirst()) {
          case "on" -> HardwareOperations.Power.ON;
          case "off" -> HardwareOperations.Power.OFF;
          case "cycle" -> HardwareOperations.Power.CYCLE;
          default -> throw new Refusal(Refusal.Kind.INVALID, "to must be on, off or cycle");
        };
    routes.answer(
        context,
        200,
        operations.power(
            Gatekeeper.caller(context),
            ApiRoutes.position(context.pathParam("position")),
            power,
            context.queryParam("now").contains("true"),
            context.queryParam("force").contains("true")));
  }

  private void locate(RoutingContext context) throws Refusal {
    List<String> lit = context.queryParam("lit");
    if (lit.size() != 1 || !(lit.contains("true") || lit.contains("false"))) {
      throw new Refusal(Refusal.Kind.INVALID, "lit must be true or false");
    }
    routes.answer(
        context,
        200,
        operations.locate(
            Gatekeeper.caller(context),
            ApiRoutes.position(context.pathParam("position")),
            lit.contains("true")));
  }
}
