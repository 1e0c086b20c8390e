package io.cade.engine.operate;

import io.cade.agent.wire.MacAddress;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Lease;
import io.cade.engine.model.PoolLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Leases as Kea's memfile keeps them (Kea 2.2 Administrator Reference Manual §4.3.1, {@code
 * CSVLeaseFile4}): one line for each, a comma within a value as {@code &#x2c}. The file is a
 * journal: of several lines about one address the last counts. Pure.
 */
final class LeaseCsv {
  /** Addresses in one import: they become durable in one commit or not at all. */
  static final int MAX_LEASES = 20_000;

  /** Lines of one file, old ones about the same address included. */
  static final int MAX_LINES = 500_000;

  private static final List<String> COLUMNS =
      List.of(
          "address",
          "hwaddr",
          "client_id",
          "valid_lifetime",
          "expire",
          "subnet_id",
          "fqdn_fwd",
          "fqdn_rev",
          "hostname",
          "state",
          "user_context");

  /** Kea wants a number above 0; cards have that of their chassis, pools this one. */
  private static final int POOL_SUBNET = 1000;

  private static final int DECLINED = 1;
  private static final int RECLAIMED = 2;
  private static final long LAST_SECOND = 253_402_300_799L;
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private LeaseCsv() {}

  /**
   * One lease of a file.
   *
   * @param line where it stands, the heading being line 1
   * @param client as {@link PoolLease} has it; empty for a declined address without holder
   */
  record Row(
      int line,
      String address,
      @Nullable MacAddress mac,
      String client,
      String hostName,
      boolean declined,
      Instant expiresAt) {}

  /** All leases of a cabinet, expired ones included. */
  static String write(Cabinet cabinet) {
    StringBuilder out = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    for (Lease lease : cabinet.leases().values()) {
      line(
          out,
          lease.address(),
          lease.mac().toString(),
          "",
          lease.grantedAt(),
          lease.expiresAt(),
          lease.position().chassis(),
          "",
          0,
          "{ \"position\": \"" + lease.position() + "\" }");
    }
    for (PoolLease lease : cabinet.poolLeases().all().values()) {
      boolean locked = lease.state() == PoolLease.State.LOCKED;
      MacAddress mac = lease.mac();
      line(
          out,
          lease.address(),
          mac == null ? "" : mac.toString(),
          lease.client().startsWith("id ") ? colons(lease.client().substring(3)) : "",
          lease.grantedAt(),
          lease.expiresAt(),
          POOL_SUBNET,
          lease.hostName(),
          locked ? DECLINED : 0,
          "");
    }
    return out.toString();
  }

  private static void line(
      StringBuilder out,
      String address,
      String mac,
      String clientId,
      Instant granted,
      Instant expires,
      int subnet,
      String hostName,
      int state,
      String context) {
    long lifetime = Math.max(1, Duration.between(granted, expires).toSeconds());
    out.append(address).append(',').append(mac).append(',').append(clientId).append(',');
    out.append(lifetime).append(',').append(expires.getEpochSecond()).append(',').append(subnet);
    out.append(",0,0,").append(escaped(hostName)).append(',').append(state).append(',');
    out.append(escaped(context)).append('\n');
  }

  private static String colons(String hex) {
    return COLONS.formatHex(HexFormat.of().parseHex(hex));
  }

  private static String escaped(String text) {
    return text.replace(",", "&#x2c");
  }

  /**
   * The last word about each address; leases that were given back or reclaimed are left out.
   *
   * @throws Refusal CONTENT naming the first line that is wrong; LIMIT
   */
  static Collection<Row> read(String text) throws Refusal {
    List<String> lines = text.lines().limit(MAX_LINES + 1L).toList();
    if (lines.size() > MAX_LINES) {
      throw new Refusal(Refusal.Kind.LIMIT, "more than " + MAX_LINES + " lines; nothing was done");
    }
    if (lines.isEmpty()) {
      throw wrong(1, "the file is empty; a heading beginning with address,hwaddr is meant");
    }
    List<String> heading = Arrays.asList(lines.getFirst().strip().split(",", -1));
    // Later versions have more columns behind these, earlier ones fewer.
    int known = Math.min(heading.size(), COLUMNS.size());
    if (known < 10 || !heading.subList(0, known).equals(COLUMNS.subList(0, known))) {
      throw wrong(1, "the heading is not that of Kea's leases: " + String.join(",", COLUMNS));
    }
    Map<String, Row> last = new LinkedHashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty()) {
        row(i + 1, line, heading.size(), last);
      }
    }
    if (last.size() > MAX_LEASES) {
      throw new Refusal(
          Refusal.Kind.LIMIT,
          "leases of "
              + last.size()
              + " addresses, at most "
              + MAX_LEASES
              + " at once; split the file. Nothing was done");
    }
    return last.values();
  }

  private static void row(int number, String line, int columns, Map<String, Row> last)
      throws Refusal {
    List<String> values = new ArrayList<>(Arrays.asList(line.split(",", -1)));
    if (values.size() != columns) {
      throw wrong(number, "has " + values.size() + " of the heading's " + columns + " values");
    }
    values.replaceAll(v -> v.replace("&#x2c", ",").strip());
    String address = values.getFirst();
    try {
      PoolLease.number(address);
      long lifetime = number(values.get(3), "valid_lifetime", 0xffff_ffffL);
      long expire = number(values.get(4), "expire", LAST_SECOND);
      long state = number(values.get(9), "state", RECLAIMED);
      // Behind the lines that said otherwise before.
      last.remove(address);
      if (lifetime == 0 || state == RECLAIMED) {
        return;
      }
      boolean declined = state == DECLINED;
      MacAddress mac = values.get(1).isEmpty() ? null : new MacAddress(values.get(1));
      if (mac == null && !declined) {
        throw new IllegalArgumentException("there is no hwaddr");
      }
      String client = client(values.get(2), mac);
      String hostName = values.get(8);
      if (hostName.length() > PoolLease.MAX_HOST_NAME
          || client.length() > PoolLease.MAX_CLIENT
          || !hostName.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException("client_id or hostname cannot be kept");
      }
      last.put(
          address,
          new Row(number, address, mac, client, hostName, declined, Instant.ofEpochSecond(expire)));
    } catch (IllegalArgumentException e) {
      throw wrong(number, String.valueOf(e.getMessage()));
    }
  }

  private static String client(String clientId, @Nullable MacAddress mac) {
    if (!clientId.isEmpty()) {
      return "id " + HexFormat.of().formatHex(COLONS.parseHex(clientId.toLowerCase(Locale.ROOT)));
    }
    return mac == null ? "" : "mac " + mac;
  }

  private static long number(String text, String column, long max) {
    if (!text.matches("[0-9]{1,12}") || Long.parseLong(text) > max) {
      throw new IllegalArgumentException(column + " is '" + text + "', a number is meant");
    }
    return Long.parseLong(text);
  }

  static Refusal wrong(int line, String what) {
    return new Refusal(Refusal.Kind.CONTENT, "line " + line + ": " + what + ". Nothing was done");
  }
}
