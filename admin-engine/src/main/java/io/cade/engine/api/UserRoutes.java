package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.Role;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Users: {@code GET /api/v1/users}, {@code PUT /api/v1/users/NAME?role=tenant&service=shop} (the
 * answer has the password, once) and {@code DELETE /api/v1/users/NAME}.
 */
final class UserRoutes {
  private static final String USERS = "/api/v1/users";

  private final ApiRoutes routes;
  private final UserDesk users;
  private final Runnable changed;

  /**
   * @param changed told before a change is answered
   */
  UserRoutes(ApiRoutes routes, UserDesk users, Runnable changed) {
    this.routes = routes;
    this.users = users;
    this.changed = changed;
  }

  void addTo(Router router) {
    router.get(USERS).handler(this::list);
    router
        .put(USERS + "/:name")
        .handler(context -> routes.withoutBody(context, () -> put(context)));
    router
        .delete(USERS + "/:name")
        .handler(context ->
            routes.withoutBody(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        users
                            .remove(Gatekeeper.caller(context), context.pathParam("name"))
                            .whenComplete((_, _) -> changed.run()))));
  }

  private void list(RoutingContext context) {
    context.request().resume();
    Future<List<UserDesk.UserView>> all = routes.onLoop(users.list(Gatekeeper.caller(context)));
    all.onSuccess(list -> routes.replies().ok(context, Map.of("users", list)))
        .onFailure(e -> routes.replies().fail(context, e));
  }

  private void put(RoutingContext context) {
    List<String> words = context.queryParam("role");
    Optional<Role> role =
        Arrays.stream(Role.values())
            .filter(r -> words.size() == 1 && r.word().equals(words.getFirst()))
            .findFirst();
    if (role.isEmpty()) {
      routes
          .replies()
          .fail(
              context,
              new Refusal(
                  Refusal.Kind.INVALID,
                  "role must be one of "
                      + Arrays.stream(Role.values())
                          .map(Role::word)
                          .collect(Collectors.joining(", "))));
      return;
    }
    routes.answer(
        context,
        200,
        users
            .put(
                Gatekeeper.caller(context),
                context.pathParam("name"),
                role.get(),
                context.queryParam("service"))
            .whenComplete((_, _) -> changed.run()));
  }
}
