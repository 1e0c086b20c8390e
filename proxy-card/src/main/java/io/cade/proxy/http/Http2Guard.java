package io.cade.proxy.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a header block of HTTP/2 a request in the terms of HTTP/1.1, if everybody behind must
 * read it as it was meant. HTTP/2 can carry in one field whatever bytes a visitor likes; written
 * out as lines they would become further fields, or a further request. So whatever RFC 9113 §8.1.1
 * calls malformed is refused here, again, behind Netty's own checks.
 *
 * <p>One instance a request; not thread-safe.
 */
final class Http2Guard {
  /** RFC 9113 §8.2.2: they speak of one connection, and there is no such thing here. */
  private static final Set<String> CONNECTION_HEADERS =
      Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

  /** For these, servers of HTTP/1.1 want to be told that there is no body. */
  private static final Set<HttpMethod> USUALLY_WITH_BODY =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

  private final VisitorLimits limits;
  private @Nullable String method;
  private @Nullable String scheme;
  private @Nullable String path;
  private @Nullable String authority;
  private @Nullable String host;
  private @Nullable String length;
  private @Nullable StringBuilder cookies;
  private @Nullable HttpRequest request;

  Http2Guard(VisitorLimits limits) {
    this.limits = limits;
  }

  /** The request, when {@link #inspect} has found nothing wrong. */
  HttpRequest request() {
    HttpRequest made = request;
    if (made == null) {
      throw new IllegalStateException("no good request");
    }
    return made;
  }

  /**
   * Whether a stream with this fault is malformed in the sense of RFC 9113 §8.1.1 and so is reset;
   * otherwise the visitor gets an answer.
   */
  static boolean isMalformed(FramingFault fault) {
    return switch (fault) {
      case METHOD_NOT_ALLOWED,
          URI_TOO_LONG,
          HEAD_TOO_LARGE,
          TOO_MANY_HEADERS,
          HOST_MISSING,
          HOST_INVALID,
          HEAD_TIMEOUT,
          OVERLOADED ->
          false;
      default -> true;
    };
  }

  /**
   * Inspects the first header block of a stream.
   *
   * @param endOfStream no body follows
   */
  Inspection inspect(Http2Headers block, boolean endOfStream) {
    DefaultHttpRequest made = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    HttpHeaders headers = made.headers();
    FramingFault fault = fields(block, headers);
    if (fault == null) {
      fault = pseudoHeaders();
    }
    if (fault != null) {
      return fault;
    }
    String target = path == null ? "/" : path;
    String shown = authority != null ? authority : host;
    if (shown == null) {
      return FramingFault.HOST_MISSING;
    }
    String name = FramingGuard.hostOf(shown);
    if (name == null) {
      return FramingFault.HOST_INVALID;
    }
    made.setMethod(HttpMethod.valueOf(method == null ? "GET" : method)).setUri(target);
    headers.set(HttpHeaderNames.HOST, shown);
    if (cookies != null) {
      headers.set(HttpHeaderNames.COOKIE, cookies.toString());
    }
    fault = frame(made, endOfStream);
    if (fault != null) {
      return fault;
    }
    request = made;
    return new HeadFacts(name, shown, null, Version.HTTP_2, !endOfStream);
  }

  /** What frames the message behind: its length, or the end of the stream. */
  private @Nullable FramingFault frame(HttpRequest made, boolean endOfStream) {
    HttpHeaders headers = made.headers();
    if (length != null) {
      if (!FramingGuard.isDigits(length) || length.length() > 18) {
        return FramingFault.LENGTH_INVALID;
      }
      if (endOfStream && Long.parseLong(length) != 0) {
        return FramingFault.LENGTH_INVALID; // RFC 9113 §8.1.1: not the sum of the DATA frames
      }
      headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
    } else if (!endOfStream) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    } else if (USUALLY_WITH_BODY.contains(made.method())) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
    }
    return null;
  }

  private @Nullable FramingFault fields(Http2Headers block, HttpHeaders into) {
    boolean regular = false;
    int count = 0;
    for (Map.Entry<CharSequence, CharSequence> field : block) {
      CharSequence name = field.getKey();
      CharSequence value = field.getValue();
      if (++count > FramingGuard.MAX_HEADERS) {
        return FramingFault.TOO_MANY_HEADERS;
      }
      FramingFault fault = checkValue(value);
      if (fault == null) {
        if (!name.isEmpty() && name.charAt(0) == ':') {
          // RFC 9113 §8.3: all of them come first.
          fault = regular ? FramingFault.PSEUDO_HEADER : pseudoHeader(name, value.toString());
        } else {
          regular = true;
          fault = header(name, value.toString(), into);
        }
      }
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private @Nullable FramingFault pseudoHeader(CharSequence name, String value) {
    boolean again;
    switch (name.toString()) {
      case ":method" -> {
        again = method != null;
        method = value;
      }
      case ":scheme" -> {
        again = scheme != null;
        scheme = value;
      }
      case ":path" -> {
        again = path != null;
        path = value;
      }
      case ":authority" -> {
        again = authority != null;
        authority = value;
      }
      // Also ":protocol" (RFC 8441 §4): extended CONNECT was not offered, and is a tunnel.
      default -> again = true;
    }
    return again ? FramingFault.PSEUDO_HEADER : null;
  }

  private @Nullable FramingFault pseudoHeaders() {
    String verb = method;
    if (verb == null || verb.isEmpty()) {
      return FramingFault.PSEUDO_HEADER;
    }
    for (int i = 0; i < verb.length(); i++) {
      if (!FramingGuard.isTokenCharacter(verb.charAt(i))) {
        return FramingFault.PSEUDO_HEADER;
      }
    }
    if (verb.equals("CONNECT") || verb.equals("TRACE")) {
      return FramingFault.METHOD_NOT_ALLOWED;
    }
    if (scheme == null || !(scheme.equals("https") || scheme.equals("http"))) {
      return FramingFault.PSEUDO_HEADER;
    }
    String target = path;
    if (target == null || target.isEmpty()) {
      return FramingFault.PSEUDO_HEADER;
    }
    if (target.length() > limits.maxRequestLine()) {
      return FramingFault.URI_TOO_LONG;
    }
    if (target.charAt(0) != '/' && !(target.equals("*") && verb.equals("OPTIONS"))) {
      return FramingFault.TARGET;
    }
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        // "/ HTTP/1.1\r\nHost: other": a space is all that a second reader needs.
        return FramingFault.TARGET;
      }
    }
    if (authority != null && host != null && !authority.equalsIgnoreCase(host)) {
      return FramingFault.TARGET_HOST_MISMATCH; // RFC 9113 §8.3.1
    }
    return null;
  }

  private @Nullable FramingFault header(CharSequence name, String value, HttpHeaders into) {
    FramingFault fault = checkName(name);
    if (fault != null) {
      return fault;
    }
    String text = name.toString();
    if (CONNECTION_HEADERS.contains(text)) {
      return FramingFault.CONNECTION_HEADER;
    }
    switch (text) {
      case "te" -> {
        // RFC 9113 §8.2.2. It says what this connection can do, and ends here.
        return value.equals("trailers") ? null : FramingFault.CONNECTION_HEADER;
      }
      case "host" -> {
        if (host != null) {
          return FramingFault.HOST_SEVERAL;
        }
        host = value;
      }
      case "content-length" -> {
        if (length != null) {
          return FramingFault.LENGTH_SEVERAL;
        }
        length = value;
      }
      case "cookie" -> {
        // RFC 9113 §8.2.3: cut into pieces to compress better; HTTP/1.1 knows only one field.
        if (cookies == null) {
          cookies = new StringBuilder(value);
        } else {
          cookies.append("; ").append(value);
        }
      }
      default -> into.add(text, value);
    }
    return null;
  }

  /**
   * Makes of a header block behind the body the trailers of the request.
   *
   * @return what is wrong with it, or null
   */
  static @Nullable FramingFault trailers(Http2Headers block, HttpHeaders into) {
    int count = 0;
    for (Map.Entry<CharSequence, CharSequence> field : block) {
      CharSequence name = field.getKey();
      if (++count > FramingGuard.MAX_HEADERS) {
        return FramingFault.TOO_MANY_HEADERS;
      }
      FramingFault fault = checkName(name); // a pseudo-header's colon is no good name
      if (fault == null) {
        fault = checkValue(field.getValue());
      }
      if (fault != null) {
        return fault;
      }
      String text = name.toString();
      if (CONNECTION_HEADERS.contains(text)) {
        return FramingFault.CONNECTION_HEADER;
      }
      if (!HopHeaders.isForbiddenInTrailers(text)) {
        into.add(text, field.getValue().toString());
      }
    }
    return null;
  }

  /** RFC 9113 §8.2.1, and no more than RFC 9110 §5.6.2 lets a name be. */
  private static @Nullable FramingFault checkName(CharSequence name) {
    if (name.isEmpty()) {
      return FramingFault.HEADER_NAME;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if ((c >= 'A' && c <= 'Z') || !FramingGuard.isTokenCharacter(c)) {
        return FramingFault.HEADER_NAME;
      }
    }
    return null;
  }

  /** RFC 9113 §8.2.1: no NUL, CR, LF, and no blanks at either end; and no other control either. */
  private static @Nullable FramingFault checkValue(CharSequence value) {
    int end = value.length();
    for (int i = 0; i < end; i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return FramingFault.CONTROL_CHARACTER;
      }
    }
    return end > 0 && (isBlank(value.charAt(0)) || isBlank(value.charAt(end - 1)))
        ? FramingFault.HEADER_VALUE
        : null;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
