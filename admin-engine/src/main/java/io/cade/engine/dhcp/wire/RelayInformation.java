package io.cade.engine.dhcp.wire;

import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sub-options of option 82 (RFC 3046 §2.0).
 *
 * @param byCode values by sub-option code, in order of appearance; none appears twice
 */
public record RelayInformation(Map<Integer, Octets> byCode) {
  /** Which wire of the relay agent the client hangs on. */
  public static final int CIRCUIT_ID = 1;

  /** Which relay agent, or which client. */
  public static final int REMOTE_ID = 2;

  /** RFC 3527: the subnet to allot from, when it is not that of giaddr. */
  public static final int LINK_SELECTION = 5;

  /** RFC 3993. */
  public static final int SUBSCRIBER_ID = 6;

  /** RFC 5107: what clients are to name the server, so that they renew through the relay agent. */
  public static final int SERVER_ID_OVERRIDE = 11;

  public RelayInformation {
    byCode = Collections.unmodifiableMap(new LinkedHashMap<>(byCode));
  }

  /** Only a circuit id. */
  public static RelayInformation ofCircuit(String circuitId) {
    return new RelayInformation(Map.of(CIRCUIT_ID, Octets.ofText(circuitId)));
  }

  /** Empty when a sub-option reaches beyond the option or appears twice. */
  public static Optional<RelayInformation> parse(Octets option) {
    Map<Integer, Octets> found = new LinkedHashMap<>();
    int at = 0;
    while (at < option.length()) {
      if (at + 2 > option.length() || at + 2 + option.at(at + 1) > option.length()) {
        return Optional.empty();
      }
      int end = at + 2 + option.at(at + 1);
      if (found.put(option.at(at), option.slice(at + 2, end)) != null) {
        return Optional.empty();
      }
      at = end;
    }
    return Optional.of(new RelayInformation(found));
  }

  /** The option's value. */
  public Octets encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byCode.forEach((code, value) -> {
      if (value.length() > 255) {
        throw new IllegalArgumentException("sub-option " + code + " has over 255 bytes");
      }
      out.write(code);
      out.write(value.length());
      out.writeBytes(value.toBytes());
    });
    return Octets.of(out.toByteArray());
  }

  public Optional<Octets> circuitId() {
    return Optional.ofNullable(byCode.get(CIRCUIT_ID));
  }

  public Optional<Octets> remoteId() {
    return Optional.ofNullable(byCode.get(REMOTE_ID));
  }

  /** Name of the connection that stays when the client is plugged elsewhere. */
  public Optional<Octets> subscriberId() {
    return Optional.ofNullable(byCode.get(SUBSCRIBER_ID));
  }

  /** Empty also when it is not four bytes long. */
  public Optional<Ipv4Address> linkSelection() {
    return address(LINK_SELECTION);
  }

  /** Empty also when it is not four bytes long, or zero. */
  public Optional<Ipv4Address> serverIdOverride() {
    return address(SERVER_ID_OVERRIDE).filter(a -> !a.isZero());
  }

  private Optional<Ipv4Address> address(int code) {
    return Optional.ofNullable(byCode.get(code))
        .filter(o -> o.length() == 4)
        .map(o -> new Ipv4Address((int) o.number()));
  }
}
