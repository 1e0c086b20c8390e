package io.cade.mib.snmp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.snmp4j.asn1.BEROutputStream;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.VariableBinding;

/** Encodings of X.690 that are made once and sent often. */
final class Ber {
  static final int INTEGER = 0x02;
  static final int OCTET_STRING = 0x04;
  static final int NULL = 0x05;
  static final int OBJECT_IDENTIFIER = 0x06;
  static final int SEQUENCE = 0x30;
  static final int COUNTER64 = 0x46;

  private Ber() {}

  /** A variable binding with its header. */
  static byte[] encoded(VariableBinding binding) {
    try {
      var out = new BEROutputStream(ByteBuffer.allocate(binding.getBERLength()));
      binding.encodeBER(out);
      return out.getBuffer().array();
    } catch (IOException e) {
      throw new UncheckedIOException("an SNMP value has no encoding", e);
    }
  }

  /** The contents of an OBJECT IDENTIFIER, without its header. */
  static byte[] contents(OID oid) {
    try {
      var out = new BEROutputStream(ByteBuffer.allocate(oid.getBERLength()));
      oid.encodeBER(out);
      byte[] element = out.getBuffer().array();
      int from = contentsAt(element, 0);
      return Arrays.copyOfRange(element, from, from + lengthAt(element, 0));
    } catch (IOException e) {
      throw new UncheckedIOException("an OID has no encoding", e);
    }
  }

  /** Where the contents begin of the element at {@code at}, whose length is well encoded. */
  static int contentsAt(byte[] octets, int at) {
    int first = octets[at + 1] & 0xFF;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
  }

  /** How many octets the contents have of the element at {@code at}. */
  static int lengthAt(byte[] octets, int at) {
    int first = octets[at + 1] & 0xFF;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7F); i++) {
      length = length << 8 | (octets[at + 2 + i] & 0xFF);
    }
    return length;
  }
}
