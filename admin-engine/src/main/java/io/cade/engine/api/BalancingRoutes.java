package io.cade.engine.api;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Setting;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.Inspection;
import io.cade.engine.operate.TrafficOperations;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The visitors' way through the proxies: settings of services, drain of cards. */
final class BalancingRoutes {
  private static final String SETTINGS = "/api/v1/services/:name/settings";
  private static final String DRAIN = "/api/v1/cards/:position/drain";
  private static final String SERVICES = "/api/v1/cards/:position/services";
  private static final String SERVICE = SERVICES + "/:name";

  private final ApiRoutes routes;
  private final TrafficOperations traffic;
  private final Inspection inspection;

  BalancingRoutes(ApiRoutes routes, TrafficOperations traffic, Inspection inspection) {
    this.routes = routes;
    this.traffic = traffic;
    this.inspection = inspection;
  }

  void addTo(Router router) {
    routes.show(
        router, SETTINGS, context -> Map.of("settings", inspection.settings(name(context))));
    router
        .post(SETTINGS)
        .handler(context ->
            change(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        traffic.set(
                            Gatekeeper.caller(context), name(context), settings(context)))));
    router
        .post(DRAIN)
        .handler(context ->
            change(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        traffic.drain(
                            Gatekeeper.caller(context),
                            position(context),
                            deadline(context),
                            context.queryParam("force").contains("true")))));
    router
        .put(SERVICE)
        .handler(context ->
            change(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        traffic.assign(
                            Gatekeeper.caller(context), position(context), name(context)))));
    router
        .delete(SERVICES)
        .handler(context ->
            change(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        traffic.release(
                            Gatekeeper.caller(context),
                            position(context),
                            context.queryParam("force").contains("true")))));
    router
        .delete(DRAIN)
        .handler(context ->
            change(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        traffic.undrain(Gatekeeper.caller(context), position(context)))));
  }

  private void change(RoutingContext context, ApiRoutes.Act act) {
    routes.withoutBody(context, act);
  }

  private static String name(RoutingContext context) {
    return String.valueOf(context.pathParam("name"));
  }

  private static CardPosition position(RoutingContext context) throws Refusal {
    return ApiRoutes.position(context.pathParam("position"));
  }

  /** {@code deadline=30s}: how long visitors who are bound to a card may stay. */
  static Duration deadline(RoutingContext context) throws Refusal {
    List<String> given = context.queryParam("deadline");
    if (given.isEmpty()) {
      return TrafficOperations.STANDARD_DEADLINE;
    }
    Duration deadline = Setting.duration(given.getFirst());
    if (deadline == null) {
      throw new Refusal(
          Refusal.Kind.INVALID, "the deadline is not a duration like 30s, 5min or 2h");
    }
    return deadline;
  }

  /** {@code set=KEY=VALUE}, any number of times; an empty value goes back to the default. */
  static Map<String, String> settings(RoutingContext context) throws Refusal {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String pair : context.queryParam("set")) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new Refusal(
            Refusal.Kind.INVALID, "a setting is given as KEY=VALUE, like balancing=weighted");
      }
      settings.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return settings;
  }
}
