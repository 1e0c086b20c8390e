package io.cade.proxy.http;

import io.cade.proxy.message.HeadFields;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** Makes a request of a head that the {@link FramingGuard} has let through. Stateless. */
final class RequestHead {
  private static final int EXPECTED_FIELDS = 16;

  private RequestHead() {}

  /**
   * @param head request line and header lines, each ended by CR LF, and the empty line
   */
  static HttpRequest read(byte[] head, int length, boolean http11) {
    int space = find(head, 0, ' ');
    int targetEnd = find(head, space + 1, ' ');
    int start = find(head, targetEnd, '\n') + 1;
    HeadFields fields = new HeadFields(head, start, length, EXPECTED_FIELDS);
    for (int at = start; at < length - 2; ) {
      int end = find(head, at, '\n');
      int colon = find(head, at, ':');
      fields.enter(at - start, colon - start, colon + 1 - start, end - 1 - start);
      at = end + 1;
    }
    return new DefaultHttpRequest(
        http11 ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_1_0,
        method(head, space),
        new String(head, space + 1, targetEnd - space - 1, StandardCharsets.ISO_8859_1),
        fields);
  }

  private static HttpMethod method(byte[] head, int length) {
    return length == 3 && head[0] == 'G' && head[1] == 'E' && head[2] == 'T'
        ? HttpMethod.GET
        : HttpMethod.valueOf(new String(head, 0, length, StandardCharsets.ISO_8859_1));
  }

  private static int find(byte[] head, int from, int wanted) {
    int at = from;
    while (head[at] != wanted) {
      at++;
    }
    return at;
  }
}
