package io.cade.engine.dhcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Messages as real clients send them, octet by octet: what the RFCs prescribe, and the order,
 * padding and vendor's options that each client is known for. Nothing of the product is used to
 * make them.
 */
public final class Packets {
  private static final byte[] MAC = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

  private static final byte[] END = {(byte) 255};
  private static final String DHCLIENT_LIST = "01 1c 02 03 0f 06 77 0c 2c 2f 1a 79 2a";
  private static final String IPXE_FEATURES =
      "b1 05 01 8086 100e eb 03 010000 17 01 01 22 01 01 13 01 01 11 01 01 27 01 01 19 01 01 10 01 02";

  private Packets() {}

  /** The Ethernet address of all of them. */
  public static byte[] mac() {
    return MAC.clone();
  }

  /** All, as a corpus. */
  public static List<byte[]> all() {
    return List.of(
        udhcpcDiscover(),
        dhclientRequest(),
        dhclientRenew(),
        systemdDiscover(),
        pxeRomDiscover(),
        ovmfPxeDiscover(),
        ovmfHttpDiscover(),
        ipxeDiscover(),
        ipxeRequest(),
        bootp951(),
        bootp1497(),
        relayed(udhcpcDiscover(), "1/3"),
        relayed(pxeRomDiscover(), "2/14"),
        relayedWithAllSubOptions(),
        overloaded(),
        longOptions(),
        decline(),
        release(),
        inform());
  }

  /** BusyBox: client identifier of type 1, its version as vendor class. */
  public static byte[] udhcpcDiscover() {
    return message(
        0x1a2b3c4d,
        0,
        option(53, "01"),
        option(61, "01 525400123456"),
        option(57, "0240"),
        text(60, "udhcp 1.36.1"),
        option(55, "01 03 06 0c 0f 1c 2a"));
  }

  /** ISC dhclient 4.4 in SELECTING: server id, address, host name, its long parameter list. */
  public static byte[] dhclientRequest() {
    return message(
        0x5d8a0001,
        0,
        option(53, "03"),
        option(54, "7f000001"),
        option(50, "7f010103"),
        text(12, "host-1"),
        option(55, DHCLIENT_LIST));
  }

  /** The same in RENEWING: ciaddr filled, neither server id nor requested address. */
  public static byte[] dhclientRenew() {
    byte[] b = message(0x5d8a0002, 0, option(53, "03"), option(55, DHCLIENT_LIST));
    address(b, 12, 127, 1, 1, 3);
    return b;
  }

  /** systemd-networkd: RFC 4361 client identifier (type 255, IAID, DUID), rapid commit. */
  public static byte[] systemdDiscover() {
    return message(
        0x77aa5501,
        0,
        option(53, "01"),
        option(61, "ff b6220feb 0002 0000ab11 37d8d3e9b4d0a5b1"),
        option(80, ""),
        option(57, "05c0"),
        option(55, "01 03 06 0c 0f 1a 1c 2a 79 21"));
  }

  /** Intel's PXE 2.1 ROM: broadcast flag, architecture 0, UNDI 2.1, GUID. */
  public static byte[] pxeRomDiscover() {
    return message(
        0x13123456,
        0x8000,
        option(53, "01"),
        option(55, "01 02 03 05 06 0b 0c 0d 0f 10 11 12 2b 36 3c 43 80 81 82 83 84 85 86 87"),
        option(57, "04ec"),
        option(97, "00 52540012345600000000000000000000"),
        option(93, "0000"),
        option(94, "010201"),
        text(60, "PXEClient:Arch:00000:UNDI:002001"));
  }

  /** EDK II over TFTP: architecture 7, UNDI 3.16, no broadcast flag. */
  public static byte[] ovmfPxeDiscover() {
    return message(
        0x2f3e4d5c,
        0,
        option(53, "01"),
        option(57, "05c0"),
        option(
            55,
            "01 02 03 04 05 06 0c 0d 0f 11 12 16 17 1c 28 29 2a 2b 32 33 36 3a 3b 3c 42 43 61 80"),
        option(97, "00 aabbccddeeff00112233445566778899"),
        option(94, "010310"),
        option(93, "0007"),
        text(60, "PXEClient:Arch:00007:UNDI:003016"));
  }

  /** EDK II HTTP boot: architecture 16, vendor class HTTPClient. */
  public static byte[] ovmfHttpDiscover() {
    return message(
        0x3a3b3c3d,
        0,
        option(53, "01"),
        option(57, "05c0"),
        option(55, "01 03 06 0c 43"),
        option(97, "00 aabbccddeeff00112233445566778899"),
        option(94, "010310"),
        option(93, "0010"),
        text(60, "HTTPClient:Arch:00016:UNDI:003016"));
  }

  /** iPXE as undionly.kpxe: user class iPXE, its encapsulated options in 175. */
  public static byte[] ipxeDiscover() {
    return message(
        0x0badcafe,
        0x8000,
        option(53, "01"),
        option(57, "05c0"),
        option(93, "0000"),
        option(94, "010201"),
        text(60, "PXEClient:Arch:00000:UNDI:002001"),
        text(77, "iPXE"),
        option(55, "01 03 06 07 0c 0f 11 1a 2b 3c 42 43 77 80 81 82 83 84 85 86 87 af cb"),
        option(175, IPXE_FEATURES),
        option(61, "01 525400123456"),
        option(97, "00 52540012345600000000000000000000"));
  }

  /** iPXE in SELECTING. */
  public static byte[] ipxeRequest() {
    return message(
        0x0badcafe,
        0x8000,
        option(53, "03"),
        option(54, "7f000001"),
        option(50, "7f010103"),
        option(57, "05c0"),
        option(93, "0000"),
        option(94, "010201"),
        text(60, "PXEClient:Arch:00000:UNDI:002001"),
        text(77, "iPXE"),
        option(55, "01 03 06 43"),
        option(175, IPXE_FEATURES));
  }

  /** RFC 951 as it was in 1985: no cookie, the vendor area zero. */
  public static byte[] bootp951() {
    byte[] b = message(0x00000951, 0);
    Arrays.fill(b, 236, b.length, (byte) 0);
    return b;
  }

  /** RFC 1497: the cookie and an end, nothing else. */
  public static byte[] bootp1497() {
    return message(0x00001497, 0);
  }

  public static byte[] decline() {
    return message(
        0x11,
        0,
        option(53, "04"),
        option(61, "01 525400123456"),
        option(54, "7f000001"),
        option(50, "7f010103"));
  }

  public static byte[] release() {
    byte[] b =
        message(0x12, 0, option(53, "07"), option(61, "01 525400123456"), option(54, "7f000001"));
    address(b, 12, 127, 1, 1, 3);
    return b;
  }

  public static byte[] inform() {
    byte[] b = message(0x13, 0, option(53, "08"), option(55, "01 03 06 43"));
    address(b, 12, 127, 1, 1, 3);
    return b;
  }

  /** Options in file and sname, too (RFC 2132 §9.3), one of them split over two fields. */
  public static byte[] overloaded() {
    byte[] b = message(0x52, 0, option(53, "01"), option(52, "03"), text(12, "ab"));
    byte[] file = joined(text(12, "c"), option(55, "01 03 06 0c 0f 1c"), END);
    byte[] name = joined(text(60, "test"), END);
    System.arraycopy(file, 0, b, 108, file.length);
    System.arraycopy(name, 0, b, 44, name.length);
    return b;
  }

  /** An option of 300 octets in two pieces, not even side by side (RFC 3396). */
  public static byte[] longOptions() {
    return message(
        0x3396,
        0,
        option(53, "01"),
        text(125, "A".repeat(255)),
        text(12, "a"),
        text(125, "B".repeat(45)));
  }

  /** As a relay agent of chassis 1 or 2 passes it on: hop, giaddr, circuit id. */
  public static byte[] relayed(byte[] message, String circuit) {
    return through(
        message,
        circuit.charAt(0) - '0',
        option(82, HexFormat.of().formatHex(joined(text(1, circuit)))));
  }

  /** Circuit, remote, link selection, subscriber, server id override, and one nobody knows. */
  public static byte[] relayedWithAllSubOptions() {
    return through(
        udhcpcDiscover(),
        1,
        option(
            82,
            "01 03 312f33"
                + "02 05 6875622d61"
                + "05 04 7f0101fe"
                + "06 03 312f33"
                + "0b 04 7f0101fe"
                + "9a 03 010203"));
  }

  private static byte[] through(byte[] message, int chassis, byte[] option82) {
    int end = message.length;
    while ((message[end - 1] & 0xff) != 255) {
      end--;
    }
    byte[] b = Arrays.copyOf(message, Math.max(300, end + option82.length));
    Arrays.fill(b, end - 1, b.length, (byte) 0);
    System.arraycopy(option82, 0, b, end - 1, option82.length);
    b[end - 1 + option82.length] = (byte) 255;
    b[3] = 1;
    address(b, 24, 127, 1, chassis, 254);
    return b;
  }

  /** A BOOTREQUEST on Ethernet with the cookie and these options, at least 300 octets long. */
  public static byte[] message(int transaction, int flags, byte[]... options) {
    byte[] all = joined(joined(options), END);
    ByteBuffer b = ByteBuffer.allocate(Math.max(300, 240 + all.length));
    b.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0);
    b.putInt(transaction).putShort((short) 0).putShort((short) flags);
    b.position(28);
    b.put(MAC);
    b.position(236);
    b.putInt(0x63825363).put(all);
    return b.array();
  }

  /** Code, length, and these octets, in hexadecimal digits. */
  public static byte[] option(int code, String hex) {
    byte[] value = HexFormat.of().parseHex(hex.replace(" ", ""));
    return joined(new byte[] {(byte) code, (byte) value.length}, value);
  }

  /** Code, length, and this text. */
  public static byte[] text(int code, String text) {
    return option(code, HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Writes an address into a message. */
  public static void address(byte[] message, int at, int a, int b, int c, int d) {
    message[at] = (byte) a;
    message[at + 1] = (byte) b;
    message[at + 2] = (byte) c;
    message[at + 3] = (byte) d;
  }

  /** Codes of the options in the option field, in their order. */
  public static List<Integer> codes(byte[] message) {
    List<Integer> codes = new ArrayList<>();
    int at = 240;
    while (at < message.length && (message[at] & 0xff) != 255) {
      int code = message[at] & 0xff;
      if (code == 0) {
        at++;
      } else {
        codes.add(code);
        at += 2 + (message[at + 1] & 0xff);
      }
    }
    return codes;
  }
}
