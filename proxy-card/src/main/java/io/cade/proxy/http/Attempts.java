package io.cade.proxy.http;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendChooser;
import io.cade.proxy.route.Site;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where one request has been and may still go. One object an exchange, owned by its event loop. */
final class Attempts {
  private final ProxyServices services;
  private final Site site;
  private final List<Backend> tried = new ArrayList<>(2);
  private @Nullable Backend current;
  private int made;

  Attempts(ProxyServices services, Site site) {
    this.services = services;
    this.site = site;
  }

  /** The back end that has the request now. */
  @Nullable Backend current() {
    return current;
  }

  /** The next back end in turn that was not tried; null when there is none. */
  @Nullable Backend next() {
    Backend chosen = BackendChooser.choose(site.algorithm(), site.backends(), tried);
    if (chosen != null) {
      made++;
      begin(chosen);
    }
    return chosen;
  }

  /** The same back end again, over a new connection. */
  void again(Backend same) {
    site.counters().retry();
    begin(same);
  }

  private void begin(Backend backend) {
    current = backend;
    backend.begun();
    card(backend).counters().request();
  }

  /** The back end has the request no longer, whatever came of it. */
  void end() {
    Backend ending = current;
    current = null;
    if (ending != null) {
      ending.ended();
    }
  }

  /** Not to be tried again for this request. */
  void exclude(Backend backend) {
    tried.add(backend);
  }

  /** The present back end did not answer, or not to the end. */
  void countFailure() {
    Backend failing = current;
    if (failing != null) {
      card(failing).counters().failure();
    }
  }

  /** Takes a retry, if the request and all requests together may have one more. */
  boolean mayRetry() {
    if (made >= services.limits().maxAttempts() || !services.retries().spend()) {
      return false;
    }
    site.counters().retry();
    return true;
  }

  void account(Backend backend, long requestBytes, long responseBytes) {
    card(backend).counters().bytes(requestBytes, responseBytes);
  }

  private Site.Card card(Backend backend) {
    Site.Card card = site.cards().get(backend);
    if (card == null) {
      throw new IllegalStateException(backend + " is not a card of " + site.service());
    }
    return card;
  }
}
