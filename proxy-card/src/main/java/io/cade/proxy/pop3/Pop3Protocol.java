package io.cade.proxy.pop3;

import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineVisitor;

/**
 * POP3 (RFC 1939) with CAPA (RFC 2449), STLS (RFC 2595), SASL PLAIN (RFC 5034) and TLS on a port of
 * its own (RFC 8314). Stateless.
 */
public final class Pop3Protocol implements LineServer.Protocol {
  @Override
  public String name() {
    return "pop3";
  }

  @Override
  public boolean telnet() {
    return false;
  }

  @Override
  public String busy() {
    return "-ERR [SYS/TEMP] too many connections, try again later\r\n";
  }

  @Override
  public LineServer.Session session(LineVisitor visitor) {
    return new Pop3Session(visitor);
  }
}
