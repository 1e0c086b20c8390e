package io.cade.proxy.ftp;

import io.cade.proxy.line.LineServer;
import io.cade.proxy.line.LineVisitor;
import java.util.random.RandomGenerator;

/**
 * FTP (RFC 959, 1123 §4) with FEAT (RFC 2389), EPSV and EPRT (RFC 2428), AUTH TLS (RFC 2228, 4217)
 * and HOST (RFC 7151). Thread-safe when the random generator is.
 */
public final class FtpProtocol implements LineServer.Protocol {
  private final FtpSettings settings;
  private final PassivePorts ports;

  /**
   * @param random unpredictable: passive ports are chosen by it
   */
  public FtpProtocol(FtpSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.ports = new PassivePorts(settings, random);
  }

  @Override
  public String name() {
    return "ftp";
  }

  @Override
  public boolean telnet() {
    return true;
  }

  @Override
  public String busy() {
    return "421 Too many connections, try again later.\r\n";
  }

  @Override
  public LineServer.Session session(LineVisitor visitor) {
    return new FtpSession(visitor, settings, ports);
  }
}
