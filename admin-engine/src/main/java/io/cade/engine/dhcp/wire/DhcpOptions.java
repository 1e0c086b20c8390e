package io.cade.engine.dhcp.wire;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The options of a message: whole values by code, in the order of first appearance (values that
 * were split or repeated on the wire are one, RFC 3396). Immutable.
 *
 * <p>Two arrays rather than a map: messages hold some ten options, and tens of thousands of
 * messages pass in a second.
 */
public final class DhcpOptions {
  public static final DhcpOptions NONE = new DhcpOptions(new byte[0], new Octets[0], true);

  /** No options, nor the cookie that says how to read them: RFC 951 as it was. */
  public static final DhcpOptions WITHOUT_COOKIE =
      new DhcpOptions(new byte[0], new Octets[0], false);

  private final byte[] codes;
  private final Octets[] values;
  private final boolean cookie;

  private DhcpOptions(byte[] codes, Octets[] values, boolean cookie) {
    this.codes = codes;
    this.values = values;
    this.cookie = cookie;
  }

  public static Builder builder() {
    return new Builder(NONE);
  }

  private @Nullable Octets find(int code) {
    for (int i = 0; i < codes.length; i++) {
      if ((codes[i] & 0xff) == code) {
        return values[i];
      }
    }
    return null;
  }

  /** The value, if the option is there; it may be empty. */
  public Optional<Octets> get(int code) {
    return Optional.ofNullable(find(code));
  }

  /** Whether the option is there. */
  public boolean has(int code) {
    return find(code) != null;
  }

  /** The value, if the option is there and four bytes long. */
  public Optional<Ipv4Address> address(int code) {
    Octets o = find(code);
    return o != null && o.length() == 4
        ? Optional.of(new Ipv4Address((int) o.number()))
        : Optional.empty();
  }

  /** The value as unsigned number, if the option is there and 1 to 4 bytes long. */
  public Optional<Long> number(int code) {
    Octets o = find(code);
    return o != null && o.length() >= 1 && o.length() <= 4
        ? Optional.of(o.number())
        : Optional.empty();
  }

  public int size() {
    return codes.length;
  }

  /** Whether the options are in the form of RFC 1497 and later; false only when there are none. */
  public boolean hasCookie() {
    return cookie;
  }

  public boolean isEmpty() {
    return codes.length == 0;
  }

  /** Code of the option at an index, in order. */
  int code(int index) {
    return codes[index] & 0xff;
  }

  /** Value of the option at an index, in order. */
  Octets value(int index) {
    return values[index];
  }

  /** All, in order. */
  public Map<Integer, Octets> all() {
    Map<Integer, Octets> all = new LinkedHashMap<>();
    for (int i = 0; i < codes.length; i++) {
      all.put(code(i), values[i]);
    }
    return Collections.unmodifiableMap(all);
  }

  /** The same without one option. */
  public DhcpOptions without(int code) {
    Builder rest = new Builder(NONE);
    for (int i = 0; i < codes.length; i++) {
      if (code(i) != code) {
        rest.put(code(i), values[i]);
      }
    }
    return rest.build();
  }

  /** The same with one option more, at the end. */
  public DhcpOptions with(int code, Octets value) {
    return new Builder(without(code)).put(code, value).build();
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof DhcpOptions o) || o.codes.length != codes.length || o.cookie != cookie) {
      return false;
    }
    for (int i = 0; i < codes.length; i++) {
      Octets theirs = o.find(code(i));
      if (theirs == null || !theirs.equals(values[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (int i = 0; i < codes.length; i++) {
      hash += codes[i] ^ values[i].hashCode();
    }
    return hash;
  }

  @Override
  public String toString() {
    return all().toString();
  }

  /** Collects options; not thread-safe. */
  public static final class Builder {
    private byte[] codes;
    private @Nullable Octets[] values;
    private int size;

    private Builder(DhcpOptions from) {
      size = from.codes.length;
      codes = Arrays.copyOf(from.codes, Math.max(16, 2 * size));
      values = Arrays.copyOf(from.values, codes.length);
    }

    /**
     * Puts an option at the end, or in place of its earlier value.
     *
     * @param code 1 to 254, but not {@link OptionCode#OVERLOAD}, which belongs to the codec
     */
    public Builder put(int code, Octets value) {
      if (code == OptionCode.OVERLOAD) {
        throw new IllegalArgumentException("not an option's code: " + code);
      }
      return set(code, value);
    }

    private Builder set(int code, Octets value) {
      if (code < 1 || code > 254) {
        throw new IllegalArgumentException("not an option's code: " + code);
      }
      int at = indexOf(code);
      if (at < 0) {
        if (size == codes.length) {
          codes = Arrays.copyOf(codes, 2 * size);
          values = Arrays.copyOf(values, 2 * size);
        }
        at = size++;
        codes[at] = (byte) code;
      }
      values[at] = value;
      return this;
    }

    private int indexOf(int code) {
      for (int i = 0; i < size; i++) {
        if ((codes[i] & 0xff) == code) {
          return i;
        }
      }
      return -1;
    }

    /** One instance as read from the wire; a further one of the same code lengthens the value. */
    void append(int code, byte[] in, int from, int to) {
      int at = indexOf(code);
      Octets before = at < 0 ? null : values[at];
      set(
          code,
          before == null
              ? Octets.wrap(Arrays.copyOfRange(in, from, to))
              : before.plus(in, from, to));
    }

    /** Takes an option out again. */
    @Nullable Octets remove(int code) {
      int at = indexOf(code);
      if (at < 0) {
        return null;
      }
      Octets value = values[at];
      size--;
      System.arraycopy(codes, at + 1, codes, at, size - at);
      System.arraycopy(values, at + 1, values, at, size - at);
      return value;
    }

    public boolean has(int code) {
      return indexOf(code) >= 0;
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
      Octets[] whole = new Octets[size];
      for (int i = 0; i < size; i++) {
        Octets value = values[i];
        if (value == null) {
          throw new IllegalStateException("an option without value");
        }
        whole[i] = value;
      }
      return new DhcpOptions(Arrays.copyOf(codes, size), whole, true);
    }
  }
}
