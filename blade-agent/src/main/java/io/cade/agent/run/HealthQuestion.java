package io.cade.agent.run;

import io.cade.agent.wire.ServicePorts;
import java.util.List;

/**
 * How a service is asked whether it lives, and what of its answer says so. Immutable; the decision
 * is pure.
 */
sealed interface HealthQuestion {
  /** Lines of an answer that are looked at; it may be as long as it likes. */
  int MOST_LINES = 16;

  /** What the lines so far say. */
  enum Verdict {
    LIVES,
    DOES_NOT,
    /** The next line is needed. */
    OPEN
  }

  /**
   * What is said first.
   *
   * @param host the service's address, numeric
   * @return empty when the service speaks first
   */
  String words(String host);

  /**
   * What an answer is worth.
   *
   * @param lines those that have come, without their ends; at least one
   */
  Verdict of(List<String> lines);

  /** What is said when the answer is there; empty when the connection just ends. */
  String farewell();

  /** A page that answers 200. */
  record Http(String path) implements HealthQuestion {
    @Override
    public String words(String host) {
      return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    @Override
    public Verdict of(List<String> lines) {
      String status = lines.getFirst();
      return status.equals("HTTP/1.1 200") || status.startsWith("HTTP/1.1 200 ")
          ? Verdict.LIVES
          : Verdict.DOES_NOT;
    }

    @Override
    public String farewell() {
      return "";
    }
  }

  /**
   * A greeting of FTP ({@code 220}, RFC 959 §5.4) or POP3 ({@code +OK}, RFC 1939 §4). An {@code
   * -ERR}, a {@code 421} or a {@code 120} says that nobody can be served.
   *
   * @param protocol {@link ServicePorts#FTP} or {@link ServicePorts#POP3}
   */
  record Greeting(String protocol) implements HealthQuestion {
    @Override
    public String words(String host) {
      return "";
    }

    @Override
    public Verdict of(List<String> lines) {
      String first = lines.getFirst();
      if (protocol.equals(ServicePorts.POP3)) {
        return first.equals("+OK") || first.startsWith("+OK ") ? Verdict.LIVES : Verdict.DOES_NOT;
      }
      if (lines.getLast().startsWith("220 ")) {
        return first.startsWith("220") ? Verdict.LIVES : Verdict.DOES_NOT;
      }
      // RFC 959 §4.2: of several lines the first has a hyphen, the last a blank.
      return first.startsWith("220-") && lines.size() < MOST_LINES
          ? Verdict.OPEN
          : Verdict.DOES_NOT;
    }

    @Override
    public String farewell() {
      return "QUIT\r\n";
    }
  }
}
