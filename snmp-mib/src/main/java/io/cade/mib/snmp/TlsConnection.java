package io.cade.mib.snmp;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.smi.TlsAddress;

/**
 * One TLS session of a manager. Its reading thread owns it; answers are queued by whoever has them
 * and written by its writing thread, so that a manager that does not read delays nobody else.
 */
final class TlsConnection {
  /** Answers that wait; a manager that lets more wait is cut off. */
  private static final int MAX_ANSWERS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(TlsConnection.class);

  private final TlsSocket socket;
  private final Socket raw;
  private final TlsAddress address;
  private final BlockingQueue<byte[]> answers = new ArrayBlockingQueue<>(MAX_ANSWERS);
  private volatile long deadline;
  private volatile @Nullable Thread writer;

  /**
   * @param deadline until when the handshake has to be over
   */
  TlsConnection(TlsSocket socket, Socket raw, long deadline) {
    this.socket = socket;
    this.raw = raw;
    this.address = new TlsAddress(raw.getInetAddress(), raw.getPort());
    this.deadline = deadline;
  }

  TlsAddress address() {
    return address;
  }

  void start() {
    var _ = Thread.ofVirtual().name("snmp-tls-" + address).start(this::run);
  }

  private void run() {
    try {
      raw.setTcpNoDelay(true);
      var tls = (SSLSocket) socket.factory().createSocket(raw, null, true);
      String user;
      try {
        user = handshake(tls);
      } catch (IOException e) {
        socket.refused(this, e);
        return;
      }
      socket.opened();
      deadline = socket.nanos() + TlsSocket.seconds(TlsSocket.IDLE_SECONDS);
      OutputStream out = tls.getOutputStream();
      writer = Thread.ofVirtual().name("snmp-tls-write-" + address).start(() -> write(out));
      serve(new BufferedInputStream(tls.getInputStream(), SnmpAgent.MAX_MESSAGE_OCTETS), user);
      tls.close();
    } catch (IOException e) {
      LOG.debug("SNMP over TLS with {} ended", address, e);
    } finally {
      abort();
      socket.ended(this);
    }
  }

  /** The user, also where an earlier session is resumed: it may have lost its place since. */
  private String handshake(SSLSocket tls) throws IOException {
    tls.setUseClientMode(false);
    tls.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    tls.setNeedClientAuth(true);
    tls.startHandshake();
    Certificate[] shown = tls.getSession().getPeerCertificates();
    X509Certificate[] chain = Arrays.copyOf(shown, shown.length, X509Certificate[].class);
    try {
      return socket.users().userOf(chain, chain[0].getPublicKey().getAlgorithm()).name();
    } catch (CertificateException e) {
      throw new IOException(e);
    }
  }

  private void serve(InputStream in, String user) throws IOException {
    for (byte[] message = read(in); message != null; message = read(in)) {
      deadline = socket.nanos() + TlsSocket.seconds(TlsSocket.IDLE_SECONDS);
      socket.message(this, user, message);
    }
    socket.sessionClosed();
  }

  /** The next message by the length in its header (RFC 3430 section 2); null at the end. */
  private byte @Nullable [] read(InputStream in) throws IOException {
    int tag = in.read();
    if (tag < 0) {
      return null;
    }
    byte[] header = new byte[5];
    header[0] = (byte) tag;
    int used = 1;
    int first = octet(in);
    header[used++] = (byte) first;
    int length = first;
    if (first >= 0x80) {
      int more = first & 0x7F;
      if (more < 1 || more > 3) {
        throw malformed();
      }
      length = 0;
      for (int i = 0; i < more; i++) {
        int octet = octet(in);
        header[used++] = (byte) octet;
        length = length << 8 | octet;
      }
    }
    if (tag != 0x30 || used + length > SnmpAgent.MAX_MESSAGE_OCTETS) {
      throw malformed();
    }
    byte[] message = Arrays.copyOf(header, used + length);
    if (in.readNBytes(message, used, length) < length) {
      throw malformed();
    }
    return message;
  }

  private int octet(InputStream in) throws IOException {
    int octet = in.read();
    if (octet < 0) {
      throw malformed();
    }
    return octet;
  }

  /** Where the next message would begin is not known any more: the session ends. */
  private IOException malformed() {
    socket.malformed();
    return new IOException("no SNMP message, or one that is too long");
  }

  /** Queues an answer; thread-safe. */
  void send(byte[] message) throws IOException {
    if (!answers.offer(message)) {
      abort();
      throw new IOException("the manager at " + address + " does not read its answers");
    }
  }

  private void write(OutputStream out) {
    try {
      while (!raw.isClosed()) {
        out.write(answers.take());
        out.flush();
      }
    } catch (IOException e) {
      LOG.debug("SNMP over TLS: no answer to {}", address, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the end
    } finally {
      abort();
    }
  }

  /** Ends it when its time is over. */
  void endIfDue(long now) {
    if (now - deadline > 0) {
      abort();
    }
  }

  /** Ends it at once, without a word of TLS that might wait for the peer; thread-safe. */
  void abort() {
    Thread writing = writer;
    if (writing != null) {
      writing.interrupt();
    }
    try {
      raw.close();
    } catch (IOException e) {
      LOG.debug("SNMP over TLS: {} was not closed cleanly", address, e);
    }
  }
}
