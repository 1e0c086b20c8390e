package io.cade.proxy.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Why the proxy itself answers a well-formed request: status, words, and the counter's name. */
enum Failure {
  UNKNOWN_HOST(
      404,
      "No site here is called %s.",
      "Check the address. If it is right, the site is not (or no longer) announced here: its"
          + " operator can tell."),
  MISDIRECTED(
      421, "This connection was opened for another site than %s.", "Open a new connection for it."),
  NO_CARD(
      503, "The site %s has nothing running to answer just now.", "Please try again in a moment."),
  BUSY(503, "The site %s has as many requests as it can take.", "Please try again in a moment."),
  BROKEN_RESPONSE(
      502,
      "The site %s did not give a proper answer.",
      "Please try again; if it stays so, tell the site's operator."),
  RESPONSE_TIMEOUT(
      504,
      "The site %s did not answer in time.",
      "Please try again; if it stays so, tell the site's operator."),
  BODY_TIMEOUT(408, "The request to %s stopped arriving.", "Please try again."),
  NETWORK_DENIED(
      403,
      "The site %s may not be visited from your network.",
      "If you think you should be let in, tell the site's operator your address."),
  SITE_RATE(
      429, "The site %s has more visitors than it can take.", "Please try again in a moment."),
  VISITOR_RATE(
      429,
      "More requests to %s come from your network than it takes.",
      "Please wait as long as the answer's Retry-After says."),
  SITE_CONNECTIONS(
      429, "The site %s has more visitors than it can take.", "Please try again in a moment."),
  VISITOR_CONNECTIONS(
      429,
      "More connections to %s come from your network than it takes.",
      "Please close some of them."),
  URI_TOO_LONG_FOR_SITE(
      414, "The address is longer than %s takes.", "Please check the link that you followed."),
  BODY_TOO_LARGE(
      413, "What you send is larger than %s takes.", "Please send it in smaller pieces.");

  /** When to try again, in seconds. */
  static final int RETRY_AFTER_SECONDS = 5;

  private final int status;
  private final String what;
  private final String advice;

  Failure(int status, String what, String advice) {
    this.status = status;
    this.what = what;
    this.advice = advice;
  }

  HttpResponseStatus status() {
    return HttpResponseStatus.valueOf(status);
  }

  /**
   * @param host the one that the visitor asked for, never an internal one
   */
  String sentence(String host) {
    return what.formatted(host);
  }

  String advice() {
    return advice;
  }
}
