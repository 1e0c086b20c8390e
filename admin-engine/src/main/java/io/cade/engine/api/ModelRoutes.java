package io.cade.engine.api;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Setting;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.ApplyRuns;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.DeviceOperations;
import io.cade.engine.operate.ModelInspection;
import io.cade.engine.operate.ModelOperations;
import io.cade.engine.operate.ModelScope;
import io.cade.engine.web.Bodies;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Models of devices under {@code /api/v1/models}, devices under {@code /api/v1/devices}, and {@code
 * /api/v1/drift} (SPEC R1, R5, R7). Values and files come as bodies, never in the query, which
 * proxies may log.
 */
final class ModelRoutes {
  private static final String MODELS = "/api/v1/models";
  private static final String MODEL = MODELS + "/:type";
  private static final String DEVICES = "/api/v1/devices";
  private static final String DEVICE = DEVICES + "/:position";
  private static final Duration BODY_TIME = Duration.ofSeconds(30);

  private final ApiRoutes routes;
  private final ModelOperations models;
  private final DeviceOperations devices;
  private final ModelInspection inspection;
  private final WireJson json = new WireJson();

  ModelRoutes(
      ApiRoutes routes,
      ModelOperations models,
      DeviceOperations devices,
      ModelInspection inspection) {
    this.routes = routes;
    this.models = models;
    this.devices = devices;
    this.inspection = inspection;
  }

  void addTo(Router router) {
    routes.show(router, MODELS, _ -> Map.of("models", inspection.models()));
    routes.show(router, MODEL, c -> inspection.model(type(c)));
    routes.show(router, MODEL + "/versions", c -> Map.of("versions", inspection.versions(type(c))));
    routes.show(
        router,
        MODEL + "/diff",
        c ->
            Map.of(
                "differences",
                inspection.differences(
                    type(c), ApiRoutes.number(c, "from", -1), ApiRoutes.number(c, "to", -1))));
    routes.show(router, MODEL + "/text", c -> inspection.text(type(c), version(c)));
    routes.show(router, MODEL + "/plan", c -> inspection.plan(type(c), version(c), scope(c)));
    routes.show(router, MODEL + "/run", c -> inspection.run(type(c)));
    routes.show(router, DEVICES, _ -> Map.of("devices", inspection.devices()));
    routes.show(router, DEVICE, c -> inspection.device(position(c)));
    routes.show(
        router, "/api/v1/drift", c -> Map.of("differences", inspection.drift(text(c, "type"))));
    router
        .post(MODEL + "/versions")
        .handler(c ->
            withBody(
                c,
                201,
                (caller, body) ->
                    models.edit(
                        caller,
                        type(c),
                        name(c),
                        body,
                        ApiRoutes.number(c, "base", 0),
                        text(c, "why"))));
    router
        .post(MODEL + "/values")
        .handler(c -> withBody(c, 201, (caller, body) -> set(c, caller, body)));
    router
        .post(MODEL + "/cards")
        .handler(c ->
            act(
                c,
                200,
                caller ->
                    models
                        .assign(caller, type(c), cards(c))
                        .thenApply(views -> Map.of("devices", views))));
    router
        .post(MODEL + "/run")
        .handler(c ->
            act(
                c,
                202,
                caller ->
                    models.apply(caller, type(c), version(c), scope(c), way(c), text(c, "why"))));
    router.delete(MODEL).handler(c -> act(c, 200, caller -> models.delete(caller, type(c))));
    router
        .post(MODEL + "/run/confirm")
        .handler(c -> act(c, 202, caller -> models.confirm(caller, type(c))));
    router
        .delete(MODEL + "/run")
        .handler(c -> act(c, 202, caller -> models.cancel(caller, type(c))));
    router
        .post(DEVICE + "/restore")
        .handler(c -> act(c, 202, caller -> devices.restore(caller, position(c))));
    router
        .post(DEVICE + "/adopt")
        .handler(c ->
            act(
                c,
                202,
                caller -> devices.adopt(caller, position(c), c.queryParam("key"), text(c, "why"))));
    router
        .post(DEVICE + "/trial")
        .handler(c ->
            withBody(
                c,
                202,
                (caller, body) ->
                    devices.attempt(
                        caller,
                        position(c),
                        name(c),
                        body,
                        (int) seconds(c, "confirm", 0),
                        text(c, "why"))));
    router
        .post(DEVICE + "/confirm")
        .handler(c -> act(c, 202, caller -> devices.confirm(caller, position(c))));
  }

  /** Values that somebody sets: a body, since some are secrets. */
  private record Values(
      @Nullable Map<String, String> values,
      @Nullable String card,
      @Nullable String service,
      @Nullable String why) {}

  private CompletionStage<?> set(RoutingContext c, Caller caller, String body) throws Refusal {
    Values order;
    try {
      order = json.decode(body.getBytes(StandardCharsets.UTF_8), Values.class);
    } catch (IOException e) {
      // The parser's own words may repeat a secret.
      throw new Refusal(
          Refusal.Kind.INVALID,
          "the body is not JSON like {\"values\": {\"name\": \"value\"}, \"why\": \"\"}");
    }
    Map<String, String> values = order.values();
    String card = order.card();
    return models.set(
        caller,
        type(c),
        values == null ? Map.of() : values,
        card == null || card.isEmpty() ? null : ApiRoutes.position(card),
        order.service() == null ? "" : order.service(),
        order.why() == null ? "" : order.why());
  }

  private interface Act {
    CompletionStage<?> by(Caller caller) throws Refusal;
  }

  private interface ActOn {
    CompletionStage<?> by(Caller caller, String body) throws Refusal;
  }

  private void act(RoutingContext context, int status, Act act) {
    routes.withoutBody(
        context,
        () -> {
          try {
            routes.answer(context, status, act.by(Gatekeeper.caller(context)));
          } catch (Refusal e) {
            routes.replies().fail(context, e);
          }
        });
  }

  private void withBody(RoutingContext context, int status, ActOn act) {
    var body = Bodies.read(routes.vertx(), context.request(), Gatekeeper.MAX_BODY, BODY_TIME);
    context.request().resume();
    body.compose(buffer -> Gatekeeper.stillAllowed(context).map(buffer))
        .onSuccess(buffer -> {
          try {
            routes.answer(
                context,
                status,
                act.by(Gatekeeper.caller(context), buffer.toString(StandardCharsets.UTF_8)));
          } catch (Refusal e) {
            routes.replies().fail(context, e);
          }
        })
        .onFailure(e -> routes.replies().fail(context, e));
  }

  private static String type(RoutingContext context) {
    return String.valueOf(context.pathParam("type"));
  }

  private static CardPosition position(RoutingContext context) throws Refusal {
    return ApiRoutes.position(context.pathParam("position"));
  }

  private static String name(RoutingContext context) {
    String name = text(context, "name");
    return name.isEmpty() || name.length() > 128 || name.chars().anyMatch(c -> c < ' ')
        ? "model.yaml"
        : name;
  }

  private static String text(RoutingContext context, String name) {
    List<String> given = context.queryParam(name);
    return given.isEmpty() ? "" : given.getFirst();
  }

  private static List<CardPosition> cards(RoutingContext context) throws Refusal {
    List<CardPosition> cards = new ArrayList<>();
    for (String card : context.queryParam("card")) {
      cards.add(ApiRoutes.position(card));
    }
    return cards;
  }

  private static ModelScope scope(RoutingContext context) throws Refusal {
    return new ModelScope(cards(context), text(context, "service"));
  }

  private static long seconds(RoutingContext context, String name, long otherwise) throws Refusal {
    String given = text(context, name);
    if (given.isEmpty()) {
      return otherwise;
    }
    Duration time = Setting.duration(given);
    if (time == null || time.toSeconds() > Integer.MAX_VALUE) {
      throw new Refusal(Refusal.Kind.INVALID, name + " is not a duration like 30s, 5min or 2h");
    }
    return time.toSeconds();
  }

  private static ApplyRuns.Way way(RoutingContext context) throws Refusal {
    ApplyRuns.Way usual = ApplyRuns.Way.USUAL;
    boolean confirms = !text(context, "confirm").isEmpty();
    return new ApplyRuns.Way(
        ApiRoutes.number(context, "parallel", usual.parallel()),
        ApiRoutes.number(context, "canary", usual.canary()),
        ApiRoutes.number(context, "stopAt", usual.stopAt()),
        (int) seconds(context, "confirm", usual.confirmSeconds()),
        confirms,
        text(context, "keep").equals("true"));
  }

  /** The version that is meant; 0 for the newest, which is said by saying nothing. */
  private static int version(RoutingContext context) throws Refusal {
    int version = ApiRoutes.number(context, "version", 0);
    if (version < 1 && !context.queryParam("version").isEmpty()) {
      throw new Refusal(
          Refusal.Kind.INVALID, "version is " + version + ": the first version of a model is 1");
    }
    return version;
  }
}
