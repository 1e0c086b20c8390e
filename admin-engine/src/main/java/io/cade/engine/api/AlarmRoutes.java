package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.AlarmOperations;
import io.cade.engine.operate.Inspection;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** Alarms, their thresholds, rules and receivers. */
final class AlarmRoutes {
  private static final String THRESHOLDS = "/api/v1/thresholds";
  private static final String RULES = "/api/v1/alarm-rules";

  private final ApiRoutes api;
  private final AlarmOperations alarms;
  private final Inspection inspection;

  AlarmRoutes(ApiRoutes api, AlarmOperations alarms, Inspection inspection) {
    this.api = api;
    this.alarms = alarms;
    this.inspection = inspection;
  }

  void addTo(Router router) {
    api.show(router, "/api/v1/alarms", _ -> Map.of("alarms", inspection.alarms().active()));
    api.show(
        router,
        "/api/v1/alarms/suppressed",
        _ -> Map.of("alarms", inspection.alarms().suppressed()));
    router.get("/api/v1/alarms/history").handler(this::history);
    router
        .post("/api/v1/alarms/:sequence/clear")
        .handler(context ->
            change(
                context,
                () ->
                    api.answer(
                        context,
                        200,
                        alarms.clear(Gatekeeper.caller(context), sequence(context)))));
    api.show(
        router,
        THRESHOLDS,
        _ -> Map.of("thresholds", alarms.thresholds().all(inspection.current())));
    router
        .post(THRESHOLDS)
        .handler(context ->
            change(
                context,
                () ->
                    api.answer(
                        context,
                        200,
                        alarms.thresholds().set(Gatekeeper.caller(context), given(context)))));
    router
        .delete(THRESHOLDS)
        .handler(context ->
            change(
                context,
                () ->
                    api.answer(
                        context,
                        200,
                        alarms
                            .thresholds()
                            .remove(Gatekeeper.caller(context), given(context))
                            .thenApply(done -> Map.of("removed", done)))));
    api.show(router, RULES, _ -> Map.of("rules", alarms.rules().all(inspection.current())));
    router
        .post(RULES)
        .handler(context ->
            change(
                context,
                () ->
                    api.answer(
                        context,
                        201,
                        alarms.rules().add(Gatekeeper.caller(context), given(context)))));
    router
        .delete(RULES + "/:name")
        .handler(context ->
            change(
                context,
                () ->
                    api.answer(
                        context,
                        200,
                        alarms
                            .rules()
                            .remove(
                                Gatekeeper.caller(context),
                                String.valueOf(context.pathParam("name")))
                            .thenApply(done -> Map.of("removed", done)))));
    api.show(
        router,
        "/api/v1/notifications/receivers",
        _ -> Map.of("receivers", alarms.receivers(inspection.current())));
    router
        .post("/api/v1/notifications/test")
        .handler(context ->
            change(
                context,
                () ->
                    api.answer(
                        context,
                        202,
                        alarms
                            .test(Gatekeeper.caller(context))
                            .thenApply(sequence -> Map.of("sequence", sequence)))));
  }

  private void history(RoutingContext context) {
    context.request().resume();
    api.answer(
        context,
        200,
        api.onDisk(() ->
            Map.of("alarms", inspection.alarms().history(AlarmOperations.query(given(context))))));
  }

  private void change(RoutingContext context, ApiRoutes.Act act) {
    api.withoutBody(context, act);
  }

  /** The query; each parameter once. */
  private static Map<String, String> given(RoutingContext context) throws Refusal {
    Map<String, String> given = new LinkedHashMap<>();
    for (Map.Entry<String, String> each : context.queryParams()) {
      if (given.put(each.getKey(), each.getValue()) != null) {
        throw new Refusal(Refusal.Kind.INVALID, "the query may have one " + each.getKey() + "=…");
      }
    }
    return given;
  }

  private static long sequence(RoutingContext context) throws Refusal {
    try {
      return Long.parseLong(context.pathParam("sequence"));
    } catch (NumberFormatException e) {
      throw new Refusal(Refusal.Kind.INVALID, "the alarm's sequence must be a number");
    }
  }
}
