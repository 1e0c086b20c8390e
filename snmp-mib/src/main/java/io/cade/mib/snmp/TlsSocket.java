package io.cade.mib.snmp;

import io.cade.mib.snmp.AuthenticationFailures.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.TransportStateReference;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.TlsAddress;
import org.snmp4j.transport.AbstractTransportMapping;
import org.snmp4j.transport.TransportType;

/**
 * The agent's side of SNMP over TLS (RFC 6353): a TCP port, TLS 1.2 and 1.3, a certificate asked of
 * each client. A transport of our own, beside SNMP4J's security model, so that connections,
 * handshakes and idle times have the limits that are stated here.
 *
 * <p>Limits: {@value #MAX_CONNECTIONS} connections, {@value #MAX_PER_SOURCE} of them from one
 * address; more are closed at once. A handshake has {@value #HANDSHAKE_SECONDS} s, a connection
 * without a whole request {@value #IDLE_SECONDS} s. Each connection has a virtual thread that reads
 * and one that writes; messages are processed in turn with those of the UDP socket.
 */
final class TlsSocket extends AbstractTransportMapping<TlsAddress> {
  static final int MAX_CONNECTIONS = 64;
  static final int MAX_PER_SOURCE = 16;
  static final int HANDSHAKE_SECONDS = 10;
  static final int IDLE_SECONDS = 300;

  private static final int LOOK_MILLIS = 250;
  private static final Logger LOG = LoggerFactory.getLogger(TlsSocket.class);

  private final ServerSocket server;
  private final SSLSocketFactory factory;
  private final TlsUsers users;
  private final AgentCounters counters;
  private final FailureAlarm alarm;
  private final LongSupplier nanoTicker;
  private final ReentrantLock turn;
  private final Set<TlsConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Thread thread;
  private volatile boolean closed;

  private TlsSocket(
      ServerSocket server,
      SSLSocketFactory factory,
      TlsUsers users,
      AgentCounters counters,
      FailureAlarm alarm,
      LongSupplier nanoTicker,
      ReentrantLock turn) {
    this.server = server;
    this.factory = factory;
    this.users = users;
    this.counters = counters;
    this.alarm = alarm;
    this.nanoTicker = nanoTicker;
    this.turn = turn;
    this.maxInboundMessageSize = SnmpAgent.MAX_MESSAGE_OCTETS;
  }

  /**
   * Binds the port.
   *
   * @param turn held while a message is processed
   * @throws IOException if it cannot be had, or key and certificate cannot be used
   */
  static TlsSocket bind(
      SnmpTls tls,
      AgentCounters counters,
      FailureAlarm alarm,
      LongSupplier nanoTicker,
      ReentrantLock turn)
      throws IOException {
    TlsUsers users;
    SSLSocketFactory factory;
    try {
      users = new TlsUsers(tls.users());
      factory = users.context(tls).getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException("SNMP over TLS cannot use its key and certificates", e);
    }
    var server = new ServerSocket();
    try {
      server.setReuseAddress(true);
      server.bind(tls.bind(), MAX_CONNECTIONS);
      server.setSoTimeout(LOOK_MILLIS);
      return new TlsSocket(server, factory, users, counters, alarm, nanoTicker, turn);
    } catch (IOException e) {
      server.close();
      InetSocketAddress at = tls.bind();
      throw new IOException(
          "SNMP over TLS: port %s:%d cannot be had (%s): stop the program that holds it or set another ports.snmpTls"
              .formatted(at.getAddress().getHostAddress(), at.getPort(), e.getMessage()),
          e);
    }
  }

  @Override
  public void listen() {
    Thread started = Thread.ofPlatform().name("snmp-tls").daemon().unstarted(this::accept);
    thread = started;
    started.start();
  }

  private void accept() {
    while (!closed) {
      long now = nanoTicker.getAsLong();
      connections.forEach(c -> c.endIfDue(now));
      try {
        admit(server.accept());
      } catch (SocketTimeoutException e) {
        // time to look at the connections
      } catch (IOException e) {
        if (!closed) {
          // No file descriptors, perhaps: they come back, and the processor is not burnt meanwhile.
          LOG.warn("SNMP over TLS: a connection could not be accepted: {}", e.getMessage());
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
      }
    }
  }

  private void admit(Socket raw) throws IOException {
    InetAddress source = raw.getInetAddress();
    long same =
        connections.stream().filter(c -> c.address().getInetAddress().equals(source)).count();
    if (connections.size() >= MAX_CONNECTIONS || same >= MAX_PER_SOURCE) {
      LOG.debug("SNMP over TLS: too many connections, {} is refused", source);
      counters.count(AgentCounters.TLS_OPEN_ERRORS);
      raw.close();
      return;
    }
    var connection =
        new TlsConnection(this, raw, nanoTicker.getAsLong() + seconds(HANDSHAKE_SECONDS));
    connections.add(connection);
    connection.start();
  }

  static long seconds(int seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  long nanos() {
    return nanoTicker.getAsLong();
  }

  SSLSocketFactory factory() {
    return factory;
  }

  TlsUsers users() {
    return users;
  }

  /** Counts how a session began. */
  void opened() {
    counters.count(AgentCounters.TLS_ACCEPTS);
  }

  /** Counts and tells why a session did not begin. */
  void refused(TlsConnection connection, IOException failure) {
    counters.count(AgentCounters.TLS_OPEN_ERRORS);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        LOG.info("SNMP over TLS: {} is refused: {}", connection.address(), cause.getMessage());
        counters.count(AgentCounters.TLS_INVALID_CLIENT_CERTIFICATES);
        turn.lock();
        try {
          alarm.refused(connection.address().getInetAddress(), Reason.CERTIFICATE);
        } finally {
          turn.unlock();
        }
        return;
      }
    }
    LOG.debug("SNMP over TLS: no handshake with {}", connection.address(), failure);
  }

  /** What is no SNMP message, or too long for one. */
  void malformed() {
    counters.inPackets.incrementAndGet();
    counters.count(org.snmp4j.mp.SnmpConstants.snmpInASNParseErrs);
  }

  /** Processes a message in the name of its user. */
  void message(TlsConnection connection, String user, byte[] message) {
    TlsAddress address = connection.address();
    var state =
        new TransportStateReference(
            this,
            address,
            Security.octets(user),
            SecurityLevel.authPriv,
            SecurityLevel.authPriv,
            true,
            connection);
    turn.lock();
    try {
      fireProcessMessage(address, ByteBuffer.wrap(message), state);
    } catch (RuntimeException e) {
      LOG.error("an SNMP message over TLS was not answered", e);
    } finally {
      turn.unlock();
    }
  }

  void ended(TlsConnection connection) {
    connections.remove(connection);
  }

  void sessionClosed() {
    counters.count(AgentCounters.TLS_SERVER_CLOSES);
  }

  /**
   * To the session that asked and to no other, whoever has its address meanwhile (RFC 6353 5.2).
   */
  @Override
  public void sendMessage(
      TlsAddress address,
      byte[] message,
      @Nullable TransportStateReference state,
      long timeoutMillis,
      int maxRetries)
      throws IOException {
    if (state == null || !(state.getSessionID() instanceof TlsConnection connection)) {
      throw new IOException("only what came over TLS is answered over TLS");
    }
    connection.send(message);
  }

  InetSocketAddress localAddress() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  @Override
  public TlsAddress getListenAddress() {
    InetSocketAddress local = localAddress();
    return new TlsAddress(local.getAddress(), local.getPort());
  }

  @Override
  public Class<? extends Address> getSupportedAddressClass() {
    return TlsAddress.class;
  }

  @Override
  public TransportType getSupportedTransportType() {
    return TransportType.receiver;
  }

  @Override
  public boolean isListening() {
    return thread != null && !closed;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      server.close();
    } catch (SocketException e) {
      LOG.debug("SNMP over TLS", e);
    }
    connections.forEach(TlsConnection::abort);
    Thread running = thread;
    if (running != null) {
      try {
        running.join(1000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    // One that was admitted while the port closed.
    connections.forEach(TlsConnection::abort);
  }
}
