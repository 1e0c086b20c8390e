package io.cade.engine.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The operators' page: three files from the distribution, held in memory. */
final class Console {
  void addTo(Router router) {
    add(router, "/", "console.html", "text/html; charset=utf-8");
    add(router, "/console.css", "console.css", "text/css; charset=utf-8");
    add(router, "/console.js", "console.js", "text/javascript; charset=utf-8");
  }

  private static void add(Router router, String path, String resource, String type) {
    Buffer content = Buffer.buffer(load(resource));
    router
        .get(path)
        .handler(context -> {
          context.request().resume();
          var _ = context.response().putHeader(HttpHeaders.CONTENT_TYPE, type).end(content);
        });
  }

  private static byte[] load(String resource) {
    try (InputStream in = Console.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the distribution lacks " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
