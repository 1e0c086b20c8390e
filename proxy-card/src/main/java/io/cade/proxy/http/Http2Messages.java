package io.cade.proxy.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;

/** Heads in the terms of HTTP/1.1 as header blocks of HTTP/2 (RFC 9113 §8.2, §8.3.2). Stateless. */
final class Http2Messages {
  private Http2Messages() {}

  /** The first block of a response. */
  static Http2Headers head(HttpResponse response) {
    Http2Headers block = new DefaultHttp2Headers(false, response.headers().size() + 1);
    block.status(response.status().codeAsText());
    return copy(response.headers(), block);
  }

  /** The block behind its body. */
  static Http2Headers trailers(HttpHeaders trailers) {
    return copy(trailers, new DefaultHttp2Headers(false, trailers.size()));
  }

  private static Http2Headers copy(HttpHeaders from, Http2Headers to) {
    for (Iterator<Map.Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
        all.hasNext(); ) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
      // Framing of HTTP/1.1; here the stream does it. Other hop headers are gone already.
      if (!name.contentEquals(HttpHeaderNames.CONNECTION)
          && !name.contentEquals(HttpHeaderNames.TRANSFER_ENCODING)) {
        to.add(name, field.getValue());
      }
    }
    return to;
  }
}
