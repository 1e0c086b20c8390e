package io.cade.proxy.http;

import io.cade.proxy.balance.Hash;
import io.cade.proxy.balance.ServicePolicy;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What the balancing knows a visitor by. Who does not show the header or cookie that is hashed on
 * is known by his address. Stateless.
 */
final class VisitorKey {
  private VisitorKey() {}

  static long of(ServicePolicy policy, HttpHeaders headers, VisitorInfo visitor) {
    if (!policy.balancing().equals("hash")) {
      return 0;
    }
    ServicePolicy.HashKey key = policy.hashOn();
    String shown =
        switch (key.source()) {
          case ADDRESS -> null;
          case HEADER -> headers.get(key.name());
          case COOKIE -> AffinityCookie.find(headers, key.name());
        };
    return Hash.of(shown == null ? visitor.address() : shown);
  }
}
