package io.cade.proxy.app;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ProxyReport.BackendReport;
import io.cade.proxy.balance.Backend;
import io.cade.proxy.balancer.TcpBalancer;
import io.cade.proxy.vrrp.VirtualAddress;
import io.cade.proxy.vrrp.VrrpSettings;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer does with the address that it shares with others: listens there while it has it.
 * Listeners are added before the start, by the server's thread; then the thread of the virtual
 * address owns them.
 */
final class SharedAddress implements VirtualAddress.Holder {
  private static final String REPORTED_AS = "virtual-address";

  private final VirtualAddressConfig config;
  private final TcpBalancer relay;
  private final List<Listener> listeners = new ArrayList<>();
  private int open;
  private @Nullable VirtualAddress shared;

  private record Listener(InetSocketAddress at, List<Backend> proxies, String protocol) {}

  SharedAddress(VirtualAddressConfig config, TcpBalancer relay) {
    this.config = config;
    this.relay = relay;
  }

  /** Whether this one moves. */
  boolean has(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address four
        && config.settings().addresses().contains(four);
  }

  /** To be listened at while the address is here. */
  void add(InetSocketAddress at, List<Backend> proxies, String protocol) {
    listeners.add(new Listener(at, proxies, protocol));
  }

  /**
   * @param onTransition must not block
   */
  void start(Runnable onTransition) throws StartException {
    for (Listener listener : listeners) {
      relay.know(listener.proxies(), listener.protocol());
    }
    try {
      VirtualAddress made = made(onTransition);
      made.start();
      shared = made;
    } catch (IOException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private VirtualAddress made(Runnable onTransition) throws IOException {
    VrrpSettings settings = config.settings();
    InetSocketAddress loopback = config.loopback();
    String ethernet = config.networkInterface();
    if (loopback != null) {
      return VirtualAddress.onLoopback(
          settings,
          loopback,
          config.peers(),
          this,
          relay::reachesAProxy,
          onTransition,
          System::nanoTime);
    }
    if (ethernet == null) {
      throw new IOException("virtualAddress: neither interface nor loopback is given");
    }
    return VirtualAddress.onNetwork(
        settings, ethernet, this, relay::reachesAProxy, onTransition, System::nanoTime);
  }

  /** A proxy came or went. */
  void wake() {
    if (shared != null) {
      shared.wake();
    }
  }

  @Override
  public void taken() throws IOException {
    while (open < listeners.size()) {
      Listener next = listeners.get(open);
      try {
        InetSocketAddress ignored = relay.listen(next.at(), next.proxies(), next.protocol());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
      open++;
    }
  }

  @Override
  public void released() {
    open = 0;
    config.settings().addresses().forEach(relay::leave);
  }

  /** For the engine, among what the balancer says of the proxies. */
  List<BackendReport> report(CardPosition position) {
    VirtualAddress known = shared;
    if (known == null) {
      return List.of();
    }
    VirtualAddress.Status now = known.status();
    Inet4Address holder = now.holder();
    String cause =
        now.holds()
            ? ""
            : now.state().equals("backup") && holder != null
                ? "stands by for " + holder.getHostAddress()
                : now.state();
    return List.of(
        new BackendReport(REPORTED_AS, position, now.holds(), cause, now.transitions(), 0));
  }

  /** Names in the style of Prometheus. */
  Map<String, Double> gauges() {
    VirtualAddress known = shared;
    if (known == null) {
      return Map.of();
    }
    VirtualAddress.Status now = known.status();
    Map<String, Double> gauges = new LinkedHashMap<>();
    gauges.put("cade_virtual_address_held", now.holds() ? 1.0 : 0.0);
    gauges.put("cade_virtual_address_priority", (double) now.priority());
    return gauges;
  }

  /** Likewise of what only ascends. */
  Map<String, Double> totals() {
    VirtualAddress known = shared;
    if (known == null) {
      return Map.of();
    }
    Map<String, Double> totals = new LinkedHashMap<>();
    totals.put("cade_virtual_address_transitions", (double) known.status().transitions());
    totals.put("cade_virtual_address_advertisements_heard", (double) known.heard());
    known
        .faults()
        .forEach((fault, count) ->
            totals.put(
                "cade_virtual_address_refused_" + fault.name().toLowerCase(Locale.ROOT),
                (double) count));
    return totals;
  }

  /** Gives the address up. */
  void close() {
    if (shared != null) {
      shared.close();
    }
  }
}
