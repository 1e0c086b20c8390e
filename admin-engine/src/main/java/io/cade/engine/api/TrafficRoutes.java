package io.cade.engine.api;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.change.Refusal;
import io.cade.engine.operate.ProtectionOperations;
import io.cade.engine.operate.TrafficInspection;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Traffic, refusals, limits and access of services. */
final class TrafficRoutes {
  private static final String SERVICE = "/api/v1/services/:name";
  private static final Set<String> LIMITS =
      Set.of(
          "none",
          "requestsPerSecond",
          "burst",
          "visitorRequestsPerSecond",
          "visitorBurst",
          "connections",
          "visitorConnections",
          "maxBodyBytes",
          "maxUriBytes",
          "ipv4Prefix",
          "ipv6Prefix");
  private static final Set<String> ACCESS = Set.of("allow", "deny", "remove", "clear");

  private final ApiRoutes api;
  private final TrafficInspection traffic;
  private final ProtectionOperations protection;

  TrafficRoutes(ApiRoutes api, TrafficInspection traffic, ProtectionOperations protection) {
    this.api = api;
    this.traffic = traffic;
    this.protection = protection;
  }

  void addTo(Router router) {
    api.show(
        router,
        "/api/v1/traffic",
        context ->
            Map.of("sites", traffic.traffic(one(context, "site"), card(one(context, "card")))));
    api.show(router, "/api/v1/refusals", _ -> Map.of("refusals", traffic.refusals()));
    api.show(router, "/api/v1/protection", _ -> Map.of("protection", protection.protections()));
    api.show(
        router,
        SERVICE + "/protection",
        context -> protection.protection(String.valueOf(context.pathParam("name"))));
    router.post(SERVICE + "/limits").handler(context -> change(context, LIMITS, this::setLimits));
    router.post(SERVICE + "/access").handler(context -> change(context, ACCESS, this::setAccess));
  }

  private interface Changer {
    void change(RoutingContext context, MultiMap given);
  }

  private void change(RoutingContext context, Set<String> known, Changer changer) {
    MultiMap given = context.queryParams();
    for (String name : given.names()) {
      if (!known.contains(name)) {
        api.withoutBody(
            context,
            () ->
                api.replies()
                    .problem(
                        context,
                        400,
                        "invalid",
                        "unknown parameter '"
                            + (name.length() > 64 ? name.substring(0, 64) + "…" : name)
                            + "'; known here: "
                            + String.join(", ", known.stream().sorted().toList())));
        return;
      }
    }
    api.withoutBody(context, () -> changer.change(context, given));
  }

  private void setLimits(RoutingContext context, MultiMap given) {
    Map<String, String> limits = new LinkedHashMap<>();
    given.forEach(each -> limits.put(each.getKey(), each.getValue()));
    api.answer(
        context,
        200,
        protection.setLimits(
            Gatekeeper.caller(context), String.valueOf(context.pathParam("name")), limits));
  }

  private void setAccess(RoutingContext context, MultiMap given) {
    api.answer(
        context,
        200,
        protection.setAccess(
            Gatekeeper.caller(context),
            String.valueOf(context.pathParam("name")),
            given.getAll("allow"),
            given.getAll("deny"),
            given.getAll("remove"),
            given.contains("clear")));
  }

  private static @Nullable String one(RoutingContext context, String name) throws Refusal {
    List<String> values = context.queryParam(name);
    if (values.size() > 1) {
      throw new Refusal(Refusal.Kind.INVALID, "the query may have one " + name + "=…");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  private static @Nullable CardPosition card(@Nullable String text) throws Refusal {
    try {
      return text == null ? null : CardPosition.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.INVALID, String.valueOf(e.getMessage()));
    }
  }
}
