package io.cade.proxy.http;

import io.cade.proxy.balance.Backend;
import io.cade.proxy.balance.BackendGroup;
import io.cade.proxy.balance.Member;
import io.cade.proxy.balance.Outcome;
import io.cade.proxy.balance.Question;
import io.cade.proxy.balance.ServicePolicy;
import io.cade.proxy.route.Site;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where one request has been and may still go. One object an exchange, owned by its event loop. */
final class Attempts implements Question {
  private static final int FIRST_SERVER_ERROR = 500;

  private final ProxyServices services;
  private final Site site;
  private final BackendGroup group;
  private final long hash;
  private final @Nullable String boundBy;
  private final @Nullable Member aim;
  private List<Member> tried = List.of();
  private @Nullable Member current;
  private int made;
  private long begunNanos;
  private long latencyNanos;
  private Outcome outcome = Outcome.NONE;

  /**
   * @param hash of what the site's balancing hashes on
   * @param boundBy what the visitor's cookie says; null when there is none
   * @param aim the only one that may have the request, be it drained; null for a visitor's
   */
  Attempts(
      ProxyServices services,
      Site site,
      long hash,
      @Nullable String boundBy,
      @Nullable Member aim) {
    this.aim = aim;
    this.services = services;
    this.site = site;
    this.group = site.group();
    this.hash = hash;
    this.boundBy = boundBy;
  }

  // ---- what the choice depends on

  @Override
  public boolean permits(Member member) {
    return !tried.contains(member) && group.hasRoom(member);
  }

  @Override
  public long hash() {
    return hash;
  }

  @Override
  public long nowNanos() {
    return services.nanoTime().getAsLong();
  }

  // ---- one after the other

  /** The back end that has the request now. */
  @Nullable Backend current() {
    Member now = current;
    return now == null ? null : now.backend();
  }

  /** The next back end in turn that was not tried; null when there is none. */
  @Nullable Backend next() {
    Member chosen = aim == null ? bound() : aimed(aim);
    if (chosen == null && aim == null) {
      chosen = group.begin(this);
    }
    if (chosen == null) {
      return null;
    }
    made++;
    begin(chosen);
    return chosen.backend();
  }

  private @Nullable Member aimed(Member only) {
    return made == 0 && group.begin(only) ? only : null;
  }

  /** The card that the visitor is bound to, when it can have him. */
  private @Nullable Member bound() {
    Member member = boundBy == null ? null : group.bound(boundBy);
    return member != null && permits(member) && group.begin(member) ? member : null;
  }

  /**
   * The back end that {@link #endToRepeat} has ended at, once more; false when it has no room now.
   */
  boolean again(Member same) {
    if (!group.begin(same)) {
      return false;
    }
    site.counters().retry();
    begin(same);
    return true;
  }

  private void begin(Member member) {
    current = member;
    begunNanos = nowNanos();
    latencyNanos = -1;
    outcome = Outcome.NONE;
    site.card(member).counters().request();
  }

  /** The head of a final response, or of a switch of protocols, has come. */
  void answered(int status) {
    if (aim != null) {
      return; // what the engine tries teaches the proxy nothing
    }
    latencyNanos = nowNanos() - begunNanos;
    outcome = status >= FIRST_SERVER_ERROR ? Outcome.BAD : Outcome.GOOD;
  }

  /** The back end has the request no longer, whatever came of it. */
  void end() {
    Member ending = current;
    current = null;
    if (ending != null) {
      group.ended(ending, outcome, latencyNanos, nowNanos());
    }
  }

  /** Ends at the present back end, to try the same one again; that says nothing of it. */
  @Nullable Member endToRepeat() {
    Member ending = current;
    outcome = Outcome.NONE;
    end();
    return ending;
  }

  /** The present back end is not to be tried again for this request. */
  void exclude() {
    Member failed = current;
    if (failed != null) {
      if (tried.isEmpty()) {
        tried = new ArrayList<>(2);
      }
      tried.add(failed);
    }
  }

  /** The present back end did not answer, or not to the end. */
  void countFailure() {
    Member failing = current;
    if (failing != null) {
      outcome = aim == null ? Outcome.BAD : Outcome.NONE;
      site.card(failing).counters().failure();
    }
  }

  /** Takes a retry, if the request and all requests together may have one more. */
  boolean mayRetry() {
    if (aim != null) {
      return false;
    }
    Integer set = group.policy().attempts();
    int most = set == null ? services.limits().maxAttempts() : set;
    if (made >= most || !group.retries().spend()) {
      return false;
    }
    if (!services.retries().spend()) {
      return false;
    }
    site.counters().retry();
    return true;
  }

  /** Bytes between the visitor and the present back end. */
  void account(long requestBytes, long responseBytes) {
    Member at = current;
    if (at != null) {
      site.card(at).counters().bytes(requestBytes, responseBytes);
    }
  }

  // ---- affinity

  /** The cookie that binds the visitor to the present back end; null when he has it already. */
  @Nullable String newCookie(boolean secure) {
    ServicePolicy.Affinity affinity = group.policy().affinity();
    Member at = current;
    if (affinity == null || at == null || aim != null) {
      return null;
    }
    BackendGroup.Entry entry = group.entry(at.backend());
    if (entry == null || entry.token().isEmpty() || entry.token().equals(boundBy)) {
      return null;
    }
    return AffinityCookie.set(affinity, entry.token(), secure);
  }
}
