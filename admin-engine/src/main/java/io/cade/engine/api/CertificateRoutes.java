package io.cade.engine.api;

import io.cade.engine.change.Refusal;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.pki.UploadedCertificates;
import io.cade.engine.web.Bodies;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The resource {@code /api/v1/services/NAME/certificate}; {@code POST} to {@code …/acme} has it
 * ordered.
 */
final class CertificateRoutes {
  private static final String PATH = "/api/v1/services/:name/certificate";
  private static final String TYPE = "application/x-pem-file";
  private static final Duration UPLOAD_TIME = Duration.ofSeconds(30);

  private final ApiRoutes routes;
  private final CertificateDesk desk;

  CertificateRoutes(ApiRoutes routes, CertificateDesk desk) {
    this.routes = routes;
    this.desk = desk;
  }

  void addTo(Router router) {
    router
        .get(PATH)
        .handler(context -> {
          context.request().resume();
          routes.answer(context, 200, routes.onDisk(() -> desk.show(name(context))));
        });
    router.post(PATH).handler(this::upload);
    router
        .post(PATH + "/acme")
        .handler(context ->
            routes.withoutBody(
                context,
                () ->
                    routes.answer(
                        context, 200, desk.order(Gatekeeper.caller(context), name(context)))));
    router
        .delete(PATH)
        .handler(context ->
            routes.withoutBody(
                context,
                () ->
                    routes.answer(
                        context, 200, desk.remove(Gatekeeper.caller(context), name(context)))));
  }

  /** {@code POST} with chain, key and perhaps an OCSP response, all PEM, as the body. */
  private void upload(RoutingContext context) {
    if (!TYPE.equals(context.request().getHeader(HttpHeaders.CONTENT_TYPE))) {
      routes
          .replies()
          .fail(
              context, new Refusal(Refusal.Kind.INVALID, "chain and key are expected as " + TYPE));
      return;
    }
    var caller = Gatekeeper.caller(context);
    var body =
        Bodies.read(routes.vertx(), context.request(), UploadedCertificates.MAX_BYTES, UPLOAD_TIME);
    context.request().resume();
    body.compose(pem -> Gatekeeper.stillAllowed(context).map(pem))
        .compose(pem ->
            routes.onLoop(
                desk.upload(caller, name(context), pem.toString(StandardCharsets.US_ASCII))))
        .onSuccess(view -> routes.replies().ok(context, view))
        .onFailure(e -> routes.replies().fail(context, e));
  }

  private static String name(RoutingContext context) {
    return String.valueOf(context.pathParam("name"));
  }
}
