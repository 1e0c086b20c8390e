package io.cade.proxy.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * The proxy's own answers: they say what happened and what to do, and name nothing but what the
 * visitor has said himself (SPEC P1).
 */
final class ErrorPage {
  private ErrorPage() {}

  /**
   * For a request that could not be served.
   *
   * @param requestId what the visitor can tell the operator, who finds it in his logs
   */
  static FullHttpResponse of(Failure failure, String host, String requestId, boolean close) {
    String advice = failure.advice() + " (Request " + requestId + ")";
    FullHttpResponse page = page(failure.status(), failure.sentence(host), advice, close);
    page.headers().set(RequestIds.HEADER, requestId);
    if (failure.status().equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
      page.headers().set(HttpHeaderNames.RETRY_AFTER, Failure.RETRY_AFTER_SECONDS);
    }
    return page;
  }

  /** For bytes that are no acceptable request: the connection always ends. */
  static FullHttpResponse of(FramingFault fault) {
    FullHttpResponse page =
        page(fault.status(), fault.sentence(), "The connection is closed.", true);
    if (fault == FramingFault.METHOD_NOT_ALLOWED) {
      page.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    return page;
  }

  private static FullHttpResponse page(
      HttpResponseStatus status, String sentence, String advice, boolean close) {
    String title = status.code() + " " + status.reasonPhrase();
    String html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
            + title
            + "</title></head>\n<body><h1>"
            + title
            + "</h1>\n<p>"
            + escape(sentence)
            + "</p>\n<p>"
            + escape(advice)
            + "</p></body></html>\n";
    FullHttpResponse page =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            ByteBufUtil.writeUtf8(UnpooledByteBufAllocator.DEFAULT, html));
    page.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set(HttpHeaderNames.CONTENT_LENGTH, page.content().readableBytes());
    if (close) {
      page.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return page;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
