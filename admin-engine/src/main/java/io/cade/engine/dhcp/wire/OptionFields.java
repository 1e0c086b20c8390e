package io.cade.engine.dhcp.wire;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Spreads the options of a message over the option field and, where they are empty and needed, the
 * boot file and server name fields (option 52, RFC 2132 §9.3). All parts of a long value stay in
 * one field, so that the order in which a receiver joins them is never in question.
 */
final class OptionFields {
  private static final int FILE_BYTES = 128;
  private static final int SNAME_BYTES = 64;
  private static final int OVERLOAD_BYTES = 3;

  private final byte[] options;
  private final byte[] bootFile;
  private final byte[] serverName;

  private OptionFields(byte[] options, byte[] bootFile, byte[] serverName) {
    this.options = options;
    this.bootFile = bootFile;
    this.serverName = serverName;
  }

  static OptionFields lay(DhcpMessage message, int room) {
    Map<Integer, Octets> all = new LinkedHashMap<>(message.options().all());
    Octets relay = all.remove(OptionCode.RELAY_INFORMATION);
    byte[] last = relay == null ? new byte[0] : instance(OptionCode.RELAY_INFORMATION, relay);
    Octets type = all.remove(OptionCode.MESSAGE_TYPE);
    ByteArrayOutputStream main = new ByteArrayOutputStream();
    if (type != null) {
      main.writeBytes(instance(OptionCode.MESSAGE_TYPE, type));
    }
    int fixed = main.size() + last.length + 1;
    int wanted = all.entrySet().stream().mapToInt(e -> instanceBytes(e.getValue())).sum();
    boolean fits = fixed + wanted <= room;
    boolean fileFree = !fits && message.bootFile().isEmpty();
    boolean nameFree = !fits && message.serverName().isEmpty();
    int mainRoom = room - last.length - 1 - (fileFree || nameFree ? OVERLOAD_BYTES : 0);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (Map.Entry<Integer, Octets> e : all.entrySet()) {
      byte[] instance = instance(e.getKey(), e.getValue());
      if (main.size() + instance.length <= mainRoom) {
        main.writeBytes(instance);
      } else if (fileFree && file.size() + instance.length < FILE_BYTES) {
        file.writeBytes(instance);
      } else if (nameFree && name.size() + instance.length < SNAME_BYTES) {
        name.writeBytes(instance);
      }
    }
    int overload = (file.size() > 0 ? 1 : 0) | (name.size() > 0 ? 2 : 0);
    if (overload != 0) {
      main.write(OptionCode.OVERLOAD);
      main.write(1);
      main.write(overload);
    }
    main.writeBytes(last);
    main.write(OptionCode.END);
    return new OptionFields(main.toByteArray(), ended(file), ended(name));
  }

  private static byte[] ended(ByteArrayOutputStream field) {
    if (field.size() > 0) {
      field.write(OptionCode.END);
    }
    return field.toByteArray();
  }

  private static int instanceBytes(Octets value) {
    return value.length() + 2 * Math.max(1, (value.length() + 254) / 255);
  }

  private static byte[] instance(int code, Octets value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(instanceBytes(value));
    byte[] bytes = value.toBytes();
    int at = 0;
    do {
      int length = Math.min(255, bytes.length - at);
      out.write(code);
      out.write(length);
      out.write(bytes, at, length);
      at += length;
    } while (at < bytes.length);
    return out.toByteArray();
  }

  byte[] options() {
    return options;
  }

  boolean usesBootFile() {
    return bootFile.length > 0;
  }

  byte[] bootFile() {
    return bootFile;
  }

  boolean usesServerName() {
    return serverName.length > 0;
  }

  byte[] serverName() {
    return serverName;
  }
}
