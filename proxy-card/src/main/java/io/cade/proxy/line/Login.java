package io.cade.proxy.line;

import io.cade.proxy.route.RouteTable;
import io.cade.proxy.route.Site;
import org.jspecify.annotations.Nullable;

/** Whom a user name means: {@code name@site}, or a name alone where the site is known already. */
public sealed interface Login {
  /**
   * @param user the name at the card, without the site
   */
  record At(Site site, String user) implements Login {}

  /** It names no site that there is. */
  record Nowhere() implements Login {}

  /** It names another site than the one that the visitor has come in by. */
  record Elsewhere() implements Login {}

  /**
   * Reads a user name.
   *
   * @param bound the site known by HOST or by the TLS server name; null when none is. Then a name
   *     may hold an {@code @} of its own: it is cut off only before a site's name
   */
  static Login of(String name, @Nullable Site bound, RouteTable table) {
    int at = name.lastIndexOf('@');
    Site named = at <= 0 ? null : table.find(StartTls.canonical(name.substring(at + 1)));
    if (named == null) {
      return bound == null || name.isEmpty() ? new Nowhere() : new At(bound, name);
    }
    if (bound != null && !bound.service().equals(named.service())) {
      return new Elsewhere();
    }
    return new At(named, name.substring(0, at));
  }
}
