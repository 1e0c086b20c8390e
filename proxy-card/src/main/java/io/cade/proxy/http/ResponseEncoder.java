package io.cade.proxy.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/**
 * Netty's response encoder, told of each response whether it answers a HEAD request and so has no
 * body whatever its headers say (RFC 9110 §9.3.2). Owned by its event loop.
 */
final class ResponseEncoder extends HttpResponseEncoder {
  private boolean toHead;

  /** Whether the responses from now on answer a HEAD request. */
  void answersHead(boolean head) {
    toHead = head;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return toHead || super.isContentAlwaysEmpty(response);
  }
}
