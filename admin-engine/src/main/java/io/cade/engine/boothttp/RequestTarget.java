package io.cade.engine.boothttp;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;

/**
 * The name of the file that a request is about. Only the origin form is taken (RFC 9112 §3.2.1):
 * the absolute form is for proxies, and this is none. A query is ignored, as loaders append one to
 * defeat caches. Stateless.
 */
final class RequestTarget {
  private RequestTarget() {}

  /** The name as sent, without the leading slash; empty when the request is refused. */
  static Optional<String> of(HttpRequest request) {
    boolean hasBody =
        HttpUtil.isTransferEncodingChunked(request)
            || !request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH).stream()
                .allMatch(length -> length.equals("0"));
    boolean hostMissing =
        request.protocolVersion().equals(HttpVersion.HTTP_1_1)
            && request.headers().getAll(HttpHeaderNames.HOST).size() != 1;
    // Whatever HTTP/2 or later is, it is not what is spoken here (RFC 9110 §2.5).
    boolean foreign = request.protocolVersion().majorVersion() != 1;
    if (request.decoderResult().isFailure() || hasBody || hostMissing || foreign) {
      return Optional.empty();
    }
    return of(request.uri());
  }

  static Optional<String> of(String uri) {
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    return path.startsWith("/") ? Optional.of(path.substring(1)) : Optional.empty();
  }
}
