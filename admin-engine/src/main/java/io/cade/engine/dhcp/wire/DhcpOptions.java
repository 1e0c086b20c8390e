package io.cade.engine.dhcp.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The options of a message: whole values by code, in the order of first appearance (values that
 * were split or repeated on the wire are one, RFC 3396). Immutable.
 */
public final class DhcpOptions {
  public static final DhcpOptions NONE = new DhcpOptions(Map.of());

  private final Map<Integer, Octets> byCode;

  private DhcpOptions(Map<Integer, Octets> byCode) {
    this.byCode = byCode;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The value, if the option is there; it may be empty. */
  public Optional<Octets> get(int code) {
    return Optional.ofNullable(byCode.get(code));
  }

  /** The value, if the option is there and four bytes long. */
  public Optional<Ipv4Address> address(int code) {
    return get(code).filter(o -> o.length() == 4).map(o -> new Ipv4Address((int) o.number()));
  }

  /** The value as unsigned number, if the option is there and 1 to 4 bytes long. */
  public Optional<Long> number(int code) {
    return get(code).filter(o -> o.length() >= 1 && o.length() <= 4).map(Octets::number);
  }

  /** All, in order. */
  public Map<Integer, Octets> all() {
    return byCode;
  }

  /** The same without one option. */
  public DhcpOptions without(int code) {
    Map<Integer, Octets> rest = new LinkedHashMap<>(byCode);
    rest.remove(code);
    return new DhcpOptions(Collections.unmodifiableMap(rest));
  }

  /** The same with one option more, at the end. */
  public DhcpOptions with(int code, Octets value) {
    return new Builder(without(code).byCode).put(code, value).build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DhcpOptions o && byCode.equals(o.byCode);
  }

  @Override
  public int hashCode() {
    return byCode.hashCode();
  }

  @Override
  public String toString() {
    return byCode.toString();
  }

  /** Collects options; not thread-safe. */
  public static final class Builder {
    private final Map<Integer, Octets> byCode;

    private Builder() {
      byCode = new LinkedHashMap<>();
    }

    private Builder(Map<Integer, Octets> from) {
      byCode = new LinkedHashMap<>(from);
    }

    /**
     * @param code 1 to 254, but not {@link OptionCode#OVERLOAD}, which belongs to the codec
     */
    public Builder put(int code, Octets value) {
      if (code < 1 || code > 254 || code == OptionCode.OVERLOAD) {
        throw new IllegalArgumentException("not an option's code: " + code);
      }
      byCode.put(code, value);
      return this;
    }

    public Builder put(int code, Ipv4Address value) {
      return put(code, value.octets());
    }

    public Builder put(int code, String text) {
      return put(code, Octets.ofText(text));
    }

    /** A number of four bytes. */
    public Builder putSeconds(int code, long seconds) {
      return put(code, Octets.ofNumber(Math.clamp(seconds, 0, 0xffff_ffffL), 4));
    }

    public Builder put(MessageType type) {
      return put(OptionCode.MESSAGE_TYPE, Octets.ofNumber(type.code(), 1));
    }

    public DhcpOptions build() {
      return new DhcpOptions(Collections.unmodifiableMap(new LinkedHashMap<>(byCode)));
    }
  }
}
