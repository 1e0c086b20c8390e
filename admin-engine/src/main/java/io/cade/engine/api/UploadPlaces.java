package io.cade.engine.api;

import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import java.util.HashSet;
import java.util.Set;

/**
 * Who uploads: so many at once, each user once, and tenants together once, so that there is always
 * a place that no tenant keeps from the operators. Thread-safe.
 */
final class UploadPlaces {
  private final int places;

  // Guarded by this.
  private final Set<String> users = new HashSet<>();
  private boolean tenant;

  UploadPlaces(int places) {
    this.places = places;
  }

  /**
   * Takes a place.
   *
   * @return empty when the caller has it; otherwise why not, in words
   */
  synchronized String take(Caller caller) {
    if (users.contains(caller.user())) {
      return "another upload of " + caller.user() + " is under way: try again later";
    }
    if (users.size() >= places) {
      return places + " uploads are under way: try again later";
    }
    if (caller.role() == Role.TENANT && tenant) {
      return "an upload of another tenant is under way: try again later";
    }
    users.add(caller.user());
    tenant |= caller.role() == Role.TENANT;
    return "";
  }

  /** Gives the caller's place back. */
  synchronized void giveBack(Caller caller) {
    if (users.remove(caller.user()) && caller.role() == Role.TENANT) {
      tenant = false;
    }
  }
}
