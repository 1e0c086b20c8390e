package io.cade.proxy.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Why the head of a request was refused: the status and the words for it. */
enum FramingFault implements Inspection {
  BARE_LF(400, "A line of the request ends with LF alone."),
  BARE_CR(400, "The request has a CR that ends no line."),
  CONTROL_CHARACTER(400, "The request has a control character in a header."),
  FOLDED_HEADER(400, "A header of the request is continued on a second line."),
  HEADER_NAME(400, "The request has a malformed header name."),
  REQUEST_LINE(400, "The request line is not of the form: METHOD target HTTP/1.1."),
  TARGET(400, "The request target is malformed."),
  METHOD_NOT_ALLOWED(405, "The method is not allowed here."),
  VERSION(505, "The protocol version is neither HTTP/1.1 nor HTTP/1.0."),
  URI_TOO_LONG(414, "The request target is too long."),
  HEAD_TOO_LARGE(431, "The headers of the request are too large."),
  TOO_MANY_HEADERS(431, "The request has too many headers."),
  HOST_MISSING(400, "The request names no host."),
  HOST_SEVERAL(400, "The request names several hosts."),
  HOST_INVALID(400, "The Host header of the request is malformed."),
  TARGET_HOST_MISMATCH(400, "The request target and the Host header name different hosts."),
  LENGTH_AND_CODING(400, "The request has a Content-Length and a Transfer-Encoding."),
  LENGTH_SEVERAL(400, "The request has several Content-Length headers."),
  LENGTH_INVALID(400, "The Content-Length of the request is not a number."),
  CODING_SEVERAL(400, "The request has several Transfer-Encoding headers."),
  CODING_UNKNOWN(501, "The Transfer-Encoding of the request is not chunked."),
  CODING_WITH_HTTP_1_0(400, "A request of HTTP/1.0 cannot have a Transfer-Encoding."),
  PSEUDO_HEADER(400, "The pseudo-headers of the request are malformed."),
  CONNECTION_HEADER(400, "The request has a header that HTTP/2 does not know."),
  HEADER_VALUE(400, "A header of the request begins or ends with a blank."),
  BODY(400, "The body of the request is malformed."),
  HEAD_TIMEOUT(408, "The request did not arrive in time."),
  OVERLOADED(503, "Too many requests have begun here and not ended; try again in some seconds.");

  private final int status;
  private final String sentence;

  FramingFault(int status, String sentence) {
    this.status = status;
    this.sentence = sentence;
  }

  HttpResponseStatus status() {
    return HttpResponseStatus.valueOf(status);
  }

  String sentence() {
    return sentence;
  }
}
