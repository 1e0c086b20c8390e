package io.cade.engine.operate;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.NetworkPrefix;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.TrafficLimits;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Changes whom a service is protected from, and how much its visitors may use (SPEC P8). The
 * proxies get it with the next routes. Thread-safe.
 */
public final class ProtectionOperations {
  private static final int MAX_CHANGES = 2 * AccessRules.MAX_NETWORKS;

  private final AuditedActions actions;
  private final Supplier<Cabinet> cabinet;

  public ProtectionOperations(ChangeWriter writer) {
    this.actions = new AuditedActions(writer);
    this.cabinet = writer::current;
  }

  /**
   * What holds now.
   *
   * @param service its name, or {@link SiteProtection#EVERYWHERE}
   */
  public Views.ProtectionView protection(String service) throws Refusal {
    return view(requireKnown(cabinet.get(), service));
  }

  /** All that is set. */
  public List<Views.ProtectionView> protections() {
    return cabinet.get().protection().values().stream().map(ProtectionOperations::view).toList();
  }

  /**
   * Changes limits; those that are not given stay.
   *
   * @param given by the names of {@link TrafficLimits}; {@code none} takes all limits away first
   */
  public CompletionStage<Views.ProtectionView> setLimits(
      Caller caller, String service, Map<String, String> given) {
    Map<String, String> changes = new LinkedHashMap<>(given);
    return change(
        caller,
        service,
        "set limits of " + name(service) + " " + cut(given.toString()),
        old -> {
          TrafficLimits from = changes.containsKey("none") ? TrafficLimits.none() : old.limits();
          return old.with(limits(from, changes));
        });
  }

  private static TrafficLimits limits(TrafficLimits from, Map<String, String> given) {
    return new TrafficLimits(
        (int) number(given, "requestsPerSecond", from.requestsPerSecond()),
        (int) number(given, "burst", from.burst()),
        (int) number(given, "visitorRequestsPerSecond", from.visitorRequestsPerSecond()),
        (int) number(given, "visitorBurst", from.visitorBurst()),
        (int) number(given, "connections", from.connections()),
        (int) number(given, "visitorConnections", from.visitorConnections()),
        number(given, "maxBodyBytes", from.maxBodyBytes()),
        (int) number(given, "maxUriBytes", from.maxUriBytes()),
        (int) number(given, "ipv4Prefix", from.ipv4Prefix()),
        (int) number(given, "ipv6Prefix", from.ipv6Prefix()));
  }

  private static long number(Map<String, String> given, String name, long otherwise) {
    String text = given.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (name.equals("maxBodyBytes") || number == (int) number) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(name + " is '" + cut(text) + "', a whole number is meant");
  }

  /**
   * Changes which networks may visit.
   *
   * @param allow networks added to those that may, and taken from those that may not
   * @param deny the other way round
   * @param remove networks taken from both
   * @param clear all that is there is taken away first
   */
  public CompletionStage<Views.ProtectionView> setAccess(
      Caller caller,
      String service,
      List<String> allow,
      List<String> deny,
      List<String> remove,
      boolean clear) {
    return change(
        caller,
        service,
        "set access of %s: %sallow %s deny %s remove %s"
            .formatted(
                name(service),
                clear ? "clear " : "",
                cut(allow.toString()),
                cut(deny.toString()),
                cut(remove.toString())),
        old -> {
          if (allow.size() + deny.size() + remove.size() > MAX_CHANGES) {
            throw new IllegalArgumentException("at most " + MAX_CHANGES + " networks at once");
          }
          List<String> allowed = new ArrayList<>(clear ? List.of() : old.access().allow());
          List<String> denied = new ArrayList<>(clear ? List.of() : old.access().deny());
          for (String text : remove) {
            String network = NetworkPrefix.parse(text).toString();
            // No network is in both.
            if (!allowed.remove(network) && !denied.remove(network)) {
              throw new IllegalArgumentException(
                  network + " is neither allowed nor denied: there is nothing to remove");
            }
          }
          allow.forEach(text -> move(text, denied, allowed));
          deny.forEach(text -> move(text, allowed, denied));
          return old.with(new AccessRules(allowed, denied));
        });
  }

  private static void move(String text, List<String> from, List<String> to) {
    String network = NetworkPrefix.parse(text).toString();
    from.remove(network);
    if (!to.contains(network)) {
      to.add(network);
    }
  }

  /** Makes the next from what is; an {@link IllegalArgumentException} becomes a refusal. */
  private interface Edit {
    SiteProtection next(SiteProtection old);
  }

  private CompletionStage<Views.ProtectionView> change(
      Caller caller, String service, String action, Edit edit) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        action,
        true,
        (now, _) -> {
          SiteProtection old = requireKnown(now, service);
          SiteProtection next;
          try {
            next = edit.next(old);
          } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.INVALID, cut(String.valueOf(e.getMessage())));
          }
          return next.equals(old)
              ? Decision.nothing(view(next))
              : Decision.of(view(next), new Change.ProtectionSet(next));
        });
  }

  private static SiteProtection requireKnown(Cabinet cabinet, String service) throws Refusal {
    if (!service.equals(SiteProtection.EVERYWHERE)) {
      Inspection.requireService(cabinet, service);
    }
    return cabinet.protectionOf(service);
  }

  private static Views.ProtectionView view(SiteProtection of) {
    return new Views.ProtectionView(
        of.service(), of.access().allow(), of.access().deny(), of.limits());
  }

  private static String name(String service) {
    return service.equals(SiteProtection.EVERYWHERE) ? "all services" : "service " + cut(service);
  }

  private static String cut(String text) {
    return text.length() > 256 ? text.substring(0, 256) + "…" : text;
  }
}
