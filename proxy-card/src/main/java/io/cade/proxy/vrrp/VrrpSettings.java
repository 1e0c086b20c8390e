package io.cade.proxy.vrrp;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;

/**
 * A virtual address, or several that move together (RFC 9568 §6.1).
 *
 * @param id the same at all balancers that share it, 1 to 255
 * @param addresses the same at all of them
 * @param priority 1 to 254; the highest has the address. 255 is for who owns it anyway
 * @param preempt whether a holder that can work loses the address to a higher priority
 * @param interval between advertisements, 10 ms to 40.95 s in steps of 10 ms
 */
public record VrrpSettings(
    int id, List<Inet4Address> addresses, int priority, boolean preempt, Duration interval) {
  /** Of a balancer that reaches no proxy. */
  public static final int PRIORITY_WITHOUT_PROXY = 1;

  private static final long CENTI_NANOS = 10_000_000;

  public VrrpSettings {
    addresses = List.copyOf(addresses);
  }

  int intervalCentis() {
    return Math.toIntExact(interval.toNanos() / CENTI_NANOS);
  }

  static long nanos(int centis) {
    return centis * CENTI_NANOS;
  }
}
