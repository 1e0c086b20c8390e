package io.cade.mib.snmp;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.TimeTicks;
import org.snmp4j.smi.Variable;

/** Java values as SNMP values. */
final class Values {
  /** SnmpAdminString (RFC 3411) holds at most 255 octets of UTF-8. */
  static final int MAX_TEXT_OCTETS = 255;

  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");
  private static final String MORE = ",...";

  private Values() {}

  /** SnmpAdminString; a text that is too long is cut between characters. */
  static OctetString text(String s) {
    return text(s, MAX_TEXT_OCTETS);
  }

  /** A text of at most so many octets of UTF-8. */
  static OctetString text(String s, int maxOctets) {
    byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
    int length = utf8.length;
    if (length > maxOctets) {
      length = maxOctets;
      while (length > 0 && (utf8[length] & 0xC0) == 0x80) {
        length--;
      }
      utf8 = Arrays.copyOf(utf8, length);
    }
    return new OctetString(utf8);
  }

  /** Names separated by commas; whole names are left out where they do not fit. */
  static OctetString names(List<String> names) {
    String all = String.join(",", names);
    if (all.getBytes(StandardCharsets.UTF_8).length <= MAX_TEXT_OCTETS) {
      return new OctetString(all.getBytes(StandardCharsets.UTF_8));
    }
    var some = new StringBuilder();
    int octets = MORE.length();
    for (String name : names) {
      octets += name.getBytes(StandardCharsets.UTF_8).length + 1;
      if (octets > MAX_TEXT_OCTETS) {
        break;
      }
      some.append(some.isEmpty() ? "" : ",").append(name);
    }
    return text(some + MORE);
  }

  /**
   * DateAndTime (RFC 2579) in UTC, to the tenth of a second; eight zero octets for an unknown time.
   */
  static OctetString dateAndTime(@Nullable Instant instant) {
    if (instant == null) {
      return new OctetString(new byte[8]);
    }
    OffsetDateTime t = instant.atOffset(ZoneOffset.UTC);
    int year = Math.clamp(t.getYear(), 0, 65_535);
    return new OctetString(
        new byte[] {
          (byte) (year >> 8),
          (byte) year,
          (byte) t.getMonthValue(),
          (byte) t.getDayOfMonth(),
          (byte) t.getHour(),
          (byte) t.getMinute(),
          (byte) t.getSecond(),
          (byte) (t.getNano() / 100_000_000),
          '+',
          0,
          0
        });
  }

  /** Whole seconds since a moment, not below 0 (clocks differ), or -1 if there was none. */
  static Integer32 age(@Nullable Instant since, Instant now) {
    if (since == null) {
      return new Integer32(-1);
    }
    return new Integer32(
        Math.clamp(Duration.between(since, now).toSeconds(), 0, Integer.MAX_VALUE));
  }

  /** InetAddressType (RFC 4001): unknown, ipv4 or ipv6. */
  static Variable addressType(@Nullable InetAddress address) {
    return new Integer32(address == null ? 0 : address.getAddress().length == 4 ? 1 : 2);
  }

  static OctetString address(@Nullable InetAddress address) {
    return new OctetString(address == null ? new byte[0] : address.getAddress());
  }

  /** The six octets of {@code 02:00:00:00:00:01}; all zero for an empty text. */
  static OctetString mac(String mac) {
    return new OctetString(mac.isEmpty() ? new byte[6] : COLONS.parseHex(mac));
  }

  /** Hundredths of a second, modulo 2^32 (RFC 2578 section 7.1.8). */
  static TimeTicks ticks(Duration d) {
    return new TimeTicks((d.toMillis() / 10) & 0xFFFF_FFFFL);
  }

  /** sysUpTime at a moment; 0 for a time that is unknown or before the agent's start. */
  static TimeTicks ticksAt(@Nullable Instant at, Instant started) {
    return at == null || at.isBefore(started)
        ? new TimeTicks(0)
        : ticks(Duration.between(started, at));
  }
}
