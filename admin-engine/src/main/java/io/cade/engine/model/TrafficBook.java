package io.cade.engine.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link CabinetBuilder} that adds up what visitors use. Every change says which
 * entries it has altered, by index. Not thread-safe.
 */
final class TrafficBook {
  private SortedTree<Integer, ServiceTraffic> all;

  TrafficBook(SortedTree<Integer, ServiceTraffic> all) {
    this.all = all;
  }

  SortedTree<Integer, ServiceTraffic> all() {
    return all;
  }

  void put(ServiceTraffic entry) {
    all = all.with(entry.index(), entry);
  }

  int begun(int index, String service, Instant at) {
    put(ServiceTraffic.begun(index, service, at, heardOf(service)));
    return index;
  }

  Set<Integer> counted(
      Change.TrafficCounted change, SortedMap<String, Service> services, Instant at) {
    Set<Integer> touched = new TreeSet<>();
    for (Change.TrafficCounted.Counted counted : change.services()) {
      ServiceTraffic known = of(counted.service(), services.get(counted.service()), at);
      if (known != null) {
        put(
            known.heard(
                change.proxy(),
                new ServiceTraffic.Heard(change.bootId(), counted.generation(), counted.count())));
        touched.add(known.index());
      }
    }
    return touched;
  }

  /** Of the service, or of the last one of that name; null when there never was one. */
  private @Nullable ServiceTraffic of(String name, @Nullable Service service, Instant at) {
    if (service == null) {
      return last(name);
    }
    ServiceTraffic known = all.get(service.index());
    return known != null ? known : ServiceTraffic.begun(service.index(), name, at, heardOf(name));
  }

  private @Nullable ServiceTraffic last(String name) {
    ServiceTraffic last = null;
    for (ServiceTraffic each : all.values()) {
      if (each.service().equals(name)) {
        last = each;
      }
    }
    return last;
  }

  /** Where proxies stood for the former service of that name: the new one does not pay for it. */
  private Map<String, ServiceTraffic.Heard> heardOf(String name) {
    ServiceTraffic last = last(name);
    return last == null ? Map.of() : last.proxies();
  }

  /** The service is deleted; its entry stays, until there are too many such. */
  Set<Integer> ended(Service service, Instant at) {
    Set<Integer> touched = new TreeSet<>();
    ServiceTraffic known = of(service.name(), service, at);
    if (known != null) {
      put(known.ended(at));
      touched.add(known.index());
    }
    if (all.size() > Cabinet.MAX_TRAFFIC) {
      for (ServiceTraffic each : List.copyOf(all.values())) {
        if (each.until() != null) {
          all = all.without(each.index());
          touched.add(each.index());
          break;
        }
      }
    }
    return touched;
  }
}
