package io.cade.sim.system;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A visitor's single request over a socket of its own, each byte of the answer kept.
 *
 * @param status 0 when there was no answer
 * @param head status line and header fields
 * @param body as it came
 */
record Visit(int status, String head, String body) {
  private static final int TIMEOUT_MILLIS = 15_000;
  private static final int MAX_BYTES = 1 << 20;

  static Visit get(int port, String host, String path) throws IOException {
    try (Socket socket = new Socket()) {
      connect(socket, port);
      return exchange(socket, host, path);
    }
  }

  /** The certificate that a site shows to a visitor who trusts the module's authority. */
  static X509Certificate certificate(int port, String host, Path authority)
      throws IOException, GeneralSecurityException {
    try (Socket plain = new Socket()) {
      connect(plain, port);
      try (SSLSocket socket =
          (SSLSocket)
              trusting(authority).getSocketFactory().createSocket(plain, host, port, false)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        Visit visit = exchange(socket, host, "/");
        if (visit.status != 200) {
          throw new IOException("no page over TLS: " + visit);
        }
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
      }
    }
  }

  static X509Certificate authority(Path file) throws IOException, GeneralSecurityException {
    // The engine's own file has the key before the certificate.
    String pem = Files.readString(file);
    String certificate = pem.substring(pem.indexOf("-----BEGIN CERTIFICATE-----"));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII)));
  }

  /** A client's trust in one authority alone. */
  static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("module", authority(authority));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static void connect(Socket socket, int port) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), TIMEOUT_MILLIS);
  }

  private static Visit exchange(Socket socket, String host, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    String all = new String(socket.getInputStream().readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    int end = all.indexOf("\r\n\r\n");
    if (end < 0 || !all.startsWith("HTTP/1.1 ")) {
      throw new IOException("no answer: '" + all + "'");
    }
    String head = all.substring(0, end);
    String body = all.substring(end + 4);
    for (String line : head.lines().toList()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        int length = Integer.parseInt(lower.substring(15).strip());
        if (body.getBytes(StandardCharsets.UTF_8).length != length) {
          throw new IOException("the body has not the promised " + length + " bytes: " + body);
        }
      }
    }
    return new Visit(Integer.parseInt(all.substring(9, 12)), head, body);
  }
}
