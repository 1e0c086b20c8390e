package io.cade.engine.store;

import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.WireJson;
import io.cade.engine.model.PoolLease;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * A lease of a pool as one line: address, state, client, MAC address, microseconds since 1970 of
 * grant and end, host name, parted by tabulators, which none of them can hold. There may be a
 * hundred thousand to be read before the engine can serve, which is too many for JSON.
 */
final class PoolLeaseForm implements EntityTable.Form<PoolLease> {
  private static final int FIELDS = 7;

  @Override
  public String write(PoolLease l, WireJson json) {
    MacAddress mac = l.mac();
    return String.join(
        "\t",
        l.address(),
        l.state().name(),
        l.client(),
        mac == null ? "" : mac.text(),
        Long.toString(micros(l.grantedAt())),
        Long.toString(micros(l.expiresAt())),
        l.hostName());
  }

  @Override
  public PoolLease read(String line, WireJson json) throws IOException {
    List<String> fields = new ArrayList<>(FIELDS);
    int from = 0;
    for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', from)) {
      fields.add(line.substring(from, tab));
      from = tab + 1;
    }
    fields.add(line.substring(from));
    try {
      if (fields.size() != FIELDS) {
        throw new IllegalArgumentException(fields.size() + " fields");
      }
      return new PoolLease(
          fields.get(0),
          PoolLease.State.valueOf(fields.get(1)),
          fields.get(2),
          fields.get(3).isEmpty() ? null : new MacAddress(fields.get(3)),
          fields.get(6),
          instant(fields.get(4)),
          instant(fields.get(5)));
    } catch (IllegalArgumentException e) {
      throw new IOException("not a lease of a pool: '" + line + "'", e);
    }
  }

  // All of the engine's times are whole microseconds.
  private static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private static Instant instant(String micros) {
    return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
  }
}
