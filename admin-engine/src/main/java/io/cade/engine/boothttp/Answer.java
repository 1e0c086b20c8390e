package io.cade.engine.boothttp;

import io.cade.engine.boottree.BootFile;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Locale;

/** Heads of answers. Stateless. */
final class Answer {
  private Answer() {}

  /**
   * The head for a file, without a length.
   *
   * @param name decides on the type: UEFI takes a loader only as what it is said to be
   */
  static HttpResponse head(HttpResponseStatus status, BootFile file, String name, Date now) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    response
        .headers()
        .set(HttpHeaderNames.DATE, DateFormatter.format(now))
        .set(HttpHeaderNames.ETAG, entityTag(file))
        .set(HttpHeaderNames.ACCEPT_RANGES, "bytes")
        .set(HttpHeaderNames.CONTENT_TYPE, contentType(name))
        // What is rendered may hold secrets; what is stored never changes under its name.
        .set(
            HttpHeaderNames.CACHE_CONTROL,
            file.modified().isPresent() ? "max-age=31536000, immutable" : "no-store");
    file.modified()
        .ifPresent(m ->
            response
                .headers()
                .set(HttpHeaderNames.LAST_MODIFIED, DateFormatter.format(Date.from(m))));
    return response;
  }

  static String entityTag(BootFile file) {
    return '"' + file.tag() + '"';
  }

  /** An answer that is only a status, with a line for people. */
  static FullHttpResponse status(
      HttpResponseStatus status, HttpRequest request, Date now, boolean goOn) {
    byte[] text = (status + "\n").getBytes(StandardCharsets.US_ASCII);
    boolean withBody = !request.method().equals(HttpMethod.HEAD);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            withBody ? Unpooled.wrappedBuffer(text) : Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.DATE, DateFormatter.format(now))
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
    if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    HttpUtil.setContentLength(response, text.length);
    HttpUtil.setKeepAlive(response, goOn && HttpUtil.isKeepAlive(request));
    return response;
  }

  static String contentType(String name) {
    int dot = name.lastIndexOf('.');
    return switch (name.substring(dot + 1).toLowerCase(Locale.ROOT)) {
      case "ipxe", "conf", "cfg", "txt", "pub" -> "text/plain";
      case "json" -> "application/json";
      case "efi" -> "application/efi";
      case "iso" -> "application/vnd.efi-iso";
      case "img" -> "application/vnd.efi-img";
      default -> "application/octet-stream";
    };
  }
}
