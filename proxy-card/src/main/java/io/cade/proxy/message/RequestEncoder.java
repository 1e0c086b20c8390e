package io.cade.proxy.message;

import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;

/** Writes requests to a card. Owned by its event loop. */
public final class RequestEncoder extends MessageEncoder {
  private static final byte[] VERSION = {' ', 'H', 'T', 'T', 'P', '/', '1', '.', '1', '\r', '\n'};

  @Override
  void firstLine(HttpMessage message) {
    HttpRequest request = (HttpRequest) message;
    text(request.method().asciiName());
    text(" ");
    text(request.uri());
    bytes(VERSION);
  }

  @Override
  boolean isBodiless(HttpMessage message) {
    return false;
  }
}
