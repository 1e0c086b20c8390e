package io.cade.engine.dhcp.wire;

import java.util.Arrays;

/**
 * Spreads the options of a message over the option field and, where they are empty and needed, the
 * boot file and server name fields (option 52, RFC 2132 §9.3). All parts of a long value stay in
 * one field, so that the order in which a receiver joins them is never in question.
 */
final class OptionFields {
  private static final int FILE_BYTES = 128;
  private static final int SNAME_BYTES = 64;
  private static final int OVERLOAD_BYTES = 3;

  private static final byte LEFT_OUT = 0;
  private static final byte MAIN = 1;
  private static final byte FILE = 2;
  private static final byte SNAME = 3;

  private final DhcpOptions options;
  // Which field each option goes into.
  private final byte[] field;
  private final int mainBytes;
  private final int overload;

  private OptionFields(DhcpOptions options, byte[] field, int mainBytes, int overload) {
    this.options = options;
    this.field = field;
    this.mainBytes = mainBytes;
    this.overload = overload;
  }

  static OptionFields lay(DhcpMessage message, int room) {
    DhcpOptions all = message.options();
    int wanted = 1;
    int fixed = 1;
    for (int i = 0; i < all.size(); i++) {
      int bytes = instanceBytes(all.value(i));
      wanted += bytes;
      fixed += isFixed(all.code(i)) ? bytes : 0;
    }
    byte[] field = new byte[all.size()];
    if (wanted <= room) {
      Arrays.fill(field, MAIN);
      return new OptionFields(all, field, wanted, 0);
    }
    boolean fileFree = message.bootFile().isEmpty();
    boolean nameFree = message.serverName().isEmpty();
    int mainRoom = room - (fileFree || nameFree ? OVERLOAD_BYTES : 0);
    int main = fixed;
    int file = 1;
    int name = 1;
    for (int i = 0; i < field.length; i++) {
      int bytes = instanceBytes(all.value(i));
      if (isFixed(all.code(i))) {
        field[i] = MAIN;
      } else if (main + bytes <= mainRoom) {
        field[i] = MAIN;
        main += bytes;
      } else if (fileFree && file + bytes <= FILE_BYTES) {
        field[i] = FILE;
        file += bytes;
      } else if (nameFree && name + bytes <= SNAME_BYTES) {
        field[i] = SNAME;
        name += bytes;
      } else {
        field[i] = LEFT_OUT;
      }
    }
    int overload = (file > 1 ? 1 : 0) | (name > 1 ? 2 : 0);
    return new OptionFields(all, field, main + (overload == 0 ? 0 : OVERLOAD_BYTES), overload);
  }

  /** The message type leads and relay agent information ends the option field, whatever happens. */
  private static boolean isFixed(int code) {
    return code == OptionCode.MESSAGE_TYPE || code == OptionCode.RELAY_INFORMATION;
  }

  private static int instanceBytes(Octets value) {
    return value.length() + 2 * Math.max(1, (value.length() + 254) / 255);
  }

  /** Length of the option field, its end option included. */
  int optionBytes() {
    return mainBytes;
  }

  /** Writes the fields to their places in a message. */
  void write(byte[] out, int mainAt, int fileAt, int nameAt) {
    int at = only(out, mainAt, OptionCode.MESSAGE_TYPE);
    at = all(out, at, MAIN);
    if (overload != 0) {
      out[at++] = OptionCode.OVERLOAD;
      out[at++] = 1;
      out[at++] = (byte) overload;
    }
    at = only(out, at, OptionCode.RELAY_INFORMATION);
    out[at] = (byte) OptionCode.END;
    if ((overload & 1) != 0) {
      out[all(out, fileAt, FILE)] = (byte) OptionCode.END;
    }
    if ((overload & 2) != 0) {
      out[all(out, nameAt, SNAME)] = (byte) OptionCode.END;
    }
  }

  private int only(byte[] out, int from, int code) {
    for (int i = 0; i < field.length; i++) {
      if (options.code(i) == code) {
        return instance(out, from, code, options.value(i));
      }
    }
    return from;
  }

  private int all(byte[] out, int from, byte where) {
    int at = from;
    for (int i = 0; i < field.length; i++) {
      if (field[i] == where && !isFixed(options.code(i))) {
        at = instance(out, at, options.code(i), options.value(i));
      }
    }
    return at;
  }

  private static int instance(byte[] out, int from, int code, Octets value) {
    int at = from;
    int done = 0;
    do {
      int length = Math.min(255, value.length() - done);
      out[at++] = (byte) code;
      out[at++] = (byte) length;
      value.copyTo(done, out, at, length);
      at += length;
      done += length;
    } while (done < value.length());
    return at;
  }
}
