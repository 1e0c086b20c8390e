package io.cade.engine.tftp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The packets of TFTP (RFC 1350 §5, RFC 2347). */
public sealed interface TftpPacket {
  /** Errors 0 to 8 (RFC 1350 appendix, RFC 2347 §4). */
  int ERROR_OTHER = 0;

  int ERROR_NOT_FOUND = 1;
  int ERROR_ACCESS = 2;
  int ERROR_DISK_FULL = 3;
  int ERROR_ILLEGAL = 4;
  int ERROR_UNKNOWN_TID = 5;
  int ERROR_EXISTS = 6;
  int ERROR_OPTIONS = 8;

  /**
   * RRQ.
   *
   * @param mode lower case
   * @param options names in lower case, in the order sent
   */
  record ReadRequest(String file, String mode, Map<String, String> options) implements TftpPacket {
    public ReadRequest {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  /**
   * WRQ.
   *
   * @param mode lower case
   * @param options names in lower case, in the order sent
   */
  record WriteRequest(String file, String mode, Map<String, String> options) implements TftpPacket {
    public WriteRequest {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  /**
   * DATA.
   *
   * @param block 0 to 65535
   * @param bytes not copied: nobody may change them
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Data(int block, byte[] bytes) implements TftpPacket {}

  /** ACK. */
  record Ack(int block) implements TftpPacket {}

  /** ERROR. */
  record Failure(int code, String message) implements TftpPacket {}

  /** OACK. */
  record OptionAck(Map<String, String> options) implements TftpPacket {
    public OptionAck {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  /**
   * Not a TFTP packet.
   *
   * @param why for the counters and the log
   */
  record Malformed(String why) implements TftpPacket {}
}
