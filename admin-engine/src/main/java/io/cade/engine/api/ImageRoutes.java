package io.cade.engine.api;

import io.cade.engine.images.ImageOperations;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The resources under {@code /api/v1/images}. One upload at a time: images are large. */
final class ImageRoutes {
  static final String IMAGES = "/api/v1/images";

  /** Largest upload: content of 1 GiB and what is around it. */
  static final long MAX_IMAGE = (1L << 30) + (16 << 20);

  private static final Duration UPLOAD_TIME = Duration.ofMinutes(30);

  private final ApiRoutes routes;
  private final ImageOperations images;
  private final AtomicBoolean uploading = new AtomicBoolean();

  ImageRoutes(ApiRoutes routes, ImageOperations images) {
    this.routes = routes;
    this.images = images;
  }

  void addTo(Router router) {
    routes.show(router, IMAGES, _ -> Map.of("images", images.images()));
    router.post(IMAGES).handler(this::importImage);
    router
        .post(IMAGES + "/:digest/use")
        .handler(context ->
            routes.withoutBody(
                context,
                () ->
                    routes.answer(
                        context,
                        200,
                        images.use(Gatekeeper.caller(context), digest(context), permit(context)))));
    router
        .delete(IMAGES + "/:digest")
        .handler(context ->
            routes.withoutBody(
                context,
                () ->
                    routes.answer(
                        context, 200, images.remove(Gatekeeper.caller(context), digest(context)))));
  }

  private static String digest(RoutingContext context) {
    return String.valueOf(context.pathParam("digest"));
  }

  private static Optional<String> permit(RoutingContext context) {
    return context.queryParam("allowOlder").stream().findFirst();
  }

  /** {@code POST /api/v1/images?use=true} with the image's file as its body. */
  private void importImage(RoutingContext context) {
    String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.equals("application/octet-stream")) {
      routes
          .replies()
          .problem(
              context, 400, "invalid", "an image's file is expected as application/octet-stream");
      return;
    }
    if (!uploading.compareAndSet(false, true)) {
      context.response().putHeader("Retry-After", "10");
      routes
          .replies()
          .problem(context, 503, "busy", "another image is being uploaded: try again later");
      return;
    }
    var caller = Gatekeeper.caller(context);
    boolean use = context.queryParam("use").equals(List.of("true"));
    routes
        .onLoop(images.checkImport(caller))
        .compose(_ -> routes.onLoop(routes.onDisk(images::newUpload)))
        .compose(file ->
            Uploads.toFile(routes.vertx(), context.request(), file, MAX_IMAGE, UPLOAD_TIME)
                .compose(_ -> Gatekeeper.stillAllowed(context))
                .onFailure(_ -> discard(file))
                .compose(_ -> routes.onLoop(images.importImage(caller, file, use))))
        .onComplete(_ -> uploading.set(false))
        .onSuccess(image -> routes.replies().send(context, 201, "application/json", image))
        .onFailure(e -> routes.replies().fail(context, e));
  }

  private void discard(Path file) {
    Future<Boolean> deleted = routes.onLoop(routes.onDisk(() -> Files.deleteIfExists(file)));
    deleted.onFailure(_ -> {
      // The next start of the engine clears it.
    });
  }
}
