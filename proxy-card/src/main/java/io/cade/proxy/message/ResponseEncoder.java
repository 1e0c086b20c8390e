package io.cade.proxy.message;

import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/**
 * Writes responses to a visitor. It is told of each whether it answers a HEAD request and so has no
 * body whatever its fields say (RFC 9110 §9.3.2). Owned by its event loop.
 */
public final class ResponseEncoder extends MessageEncoder {
  private static final byte[] OK = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);

  private boolean toHead;

  /** Whether the responses from now on answer a HEAD request. */
  public void answersHead(boolean head) {
    toHead = head;
  }

  @Override
  void firstLine(HttpMessage message) {
    HttpResponseStatus status = ((HttpResponse) message).status();
    if (status.equals(HttpResponseStatus.OK) && status.reasonPhrase().equals("OK")) {
      bytes(OK);
      return;
    }
    text("HTTP/1.1 ");
    text(status.codeAsText());
    text(" ");
    text(status.reasonPhrase());
    text("\r\n");
  }

  @Override
  boolean isBodiless(HttpMessage message) {
    int code = ((HttpResponse) message).status().code();
    return toHead || code < 200 || code == 204 || code == 304;
  }
}
