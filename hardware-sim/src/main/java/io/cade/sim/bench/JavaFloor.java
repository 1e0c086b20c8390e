package io.cade.sim.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What no program in Java can be smaller than: one that does nothing, and, with the address of a
 * page and the file of a certificate, one that has asked one question over TLS. It says when, and
 * stays.
 */
final class JavaFloor {
  private JavaFloor() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 2) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      try (var in = Files.newInputStream(Path.of(args[1]))) {
        trusted.setCertificateEntry(
            "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext tls = SSLContext.getInstance("TLSv1.3");
      tls.init(null, trust.getTrustManagers(), null);
      // Never closed: the connection is part of what is measured.
      HttpClient client = HttpClient.newBuilder().sslContext(tls).build();
      HttpResponse<Void> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(args[0])).build(),
              HttpResponse.BodyHandlers.discarding());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("status " + answer.statusCode());
      }
    }
    System.out.println("READY");
    new CountDownLatch(1).await();
  }
}
