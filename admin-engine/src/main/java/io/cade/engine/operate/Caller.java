package io.cade.engine.operate;

import java.util.Set;

/**
 * An authenticated user.
 *
 * @param services that a tenant rents, by name; empty for the module's own people
 */
public record Caller(String user, Role role, Set<String> services) {
  public Caller {
    services = Set.copyOf(services);
  }

  /** One of the module's own people. */
  public Caller(String user, Role role) {
    this(user, role, Set.of());
  }

  /** Whether the service is rented by this user (DESIGN §7: user of a service). */
  public boolean rents(String service) {
    return role == Role.TENANT && services.contains(service);
  }
}
