package io.cade.mib.snmp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.snmp4j.PDU;
import org.snmp4j.smi.SMIConstants;
import org.snmp4j.smi.Variable;

/**
 * What values a writable object takes. Answers the first error of RFC 3416 section 4.2.5 in its
 * order: wrongType, wrongLength, wrongEncoding, wrongValue; or noError.
 */
sealed interface Syntax {
  /** An error status of {@link PDU}. */
  int test(Variable value);

  /** Integer32 within limits. */
  record IntegerRange(int min, int max) implements Syntax {
    @Override
    public int test(Variable value) {
      if (value.getSyntax() != SMIConstants.SYNTAX_INTEGER) {
        return PDU.wrongType;
      }
      int v = value.toInt();
      return v < min || v > max ? PDU.wrongValue : PDU.noError;
    }
  }

  /** One of the numbers of an enumeration. */
  record Enumerated(Set<Integer> codes) implements Syntax {
    @Override
    public int test(Variable value) {
      if (value.getSyntax() != SMIConstants.SYNTAX_INTEGER) {
        return PDU.wrongType;
      }
      return codes.contains(value.toInt()) ? PDU.noError : PDU.wrongValue;
    }
  }

  /** Gauge32 or Unsigned32 within limits. */
  record UnsignedRange(long min, long max) implements Syntax {
    @Override
    public int test(Variable value) {
      if (value.getSyntax() != SMIConstants.SYNTAX_GAUGE32) {
        return PDU.wrongType;
      }
      long v = value.toLong();
      return v < min || v > max ? PDU.wrongValue : PDU.noError;
    }
  }

  /** SnmpAdminString of so many octets: UTF-8 without control characters. */
  record Text(int min, int max) implements Syntax {
    @Override
    public int test(Variable value) {
      if (value.getSyntax() != SMIConstants.SYNTAX_OCTET_STRING) {
        return PDU.wrongType;
      }
      byte[] octets = ((org.snmp4j.smi.OctetString) value).getValue();
      if (octets.length < min || octets.length > max) {
        return PDU.wrongLength;
      }
      try {
        String text =
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        return text.chars().anyMatch(Character::isISOControl) ? PDU.wrongValue : PDU.noError;
      } catch (CharacterCodingException e) {
        return PDU.wrongValue;
      }
    }
  }

  /** TruthValue (RFC 2579). */
  static Syntax truth() {
    return new Enumerated(Set.of(1, 2));
  }
}
