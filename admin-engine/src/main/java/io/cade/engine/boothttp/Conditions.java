package io.cade.engine.boothttp;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Conditional requests (RFC 9110 §13) about one content. Immutable. */
final class Conditions {
  private final HttpRequest request;
  private final String entityTag;
  private final Optional<Instant> modified;

  /**
   * @param entityTag in quotes, strong
   */
  Conditions(HttpRequest request, String entityTag, Optional<Instant> modified) {
    this.request = request;
    this.entityTag = entityTag;
    // A date in a header has seconds.
    this.modified = modified.map(m -> m.truncatedTo(ChronoUnit.SECONDS));
  }

  /** The client has this content: 304. If-Modified-Since counts only without If-None-Match. */
  boolean clientHasIt() {
    HttpHeaders headers = request.headers();
    List<String> known = headers.getAll(HttpHeaderNames.IF_NONE_MATCH);
    if (!known.isEmpty()) {
      for (String list : known) {
        for (String each : list.split(",", -1)) {
          String tag = each.strip();
          // Weak comparison (§13.1.2): W/"x" is the same as "x" here.
          if (tag.equals("*") || tag.equals(entityTag) || tag.equals("W/" + entityTag)) {
            return true;
          }
        }
      }
      return false;
    }
    Optional<Instant> since = date(headers.get(HttpHeaderNames.IF_MODIFIED_SINCE));
    return since.isPresent() && modified.isPresent() && !modified.get().isAfter(since.get());
  }

  /** What of the content is asked for: ranges are defined for GET alone (§14.2). */
  ByteRange range(long size) {
    String asked = request.headers().get(HttpHeaderNames.RANGE);
    if (asked == null || !request.method().equals(HttpMethod.GET)) {
      return new ByteRange.Whole();
    }
    String onlyIf = request.headers().get(HttpHeaderNames.IF_RANGE);
    return onlyIf == null || isThis(onlyIf.strip())
        ? ByteRange.of(asked, size)
        : new ByteRange.Whole();
  }

  /** Strong comparison, or exactly that date (§13.1.5). */
  private boolean isThis(String validator) {
    return validator.equals(entityTag)
        || (modified.isPresent() && date(validator).equals(modified));
  }

  private static Optional<Instant> date(@Nullable String text) {
    Date parsed = text == null ? null : DateFormatter.parseHttpDate(text);
    return Optional.ofNullable(parsed).map(Date::toInstant);
  }
}
