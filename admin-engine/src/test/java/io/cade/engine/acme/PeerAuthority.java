package io.cade.engine.acme;

import io.cade.agent.wire.RouteSnapshot.Challenge;
import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority in a test's hands: it validates by looking at what the proxies would answer. */
final class PeerAuthority implements AcmeAuthority {
  static final Duration LIFETIME = Duration.ofDays(90);

  private final InstantSource clock;
  private final Predicate<Challenge> answered;
  private final KeyPair issuer;
  private int number;

  final List<String> said = new ArrayList<>();
  final ArrayDeque<AcmeFailure> failures = new ArrayDeque<>();
  final Map<URI, List<X509Certificate>> issued = new HashMap<>();
  final List<KeyPair> keys = new ArrayList<>();
  boolean believes;
  boolean diesBeforeTheAnswer;
  boolean losesOrders;
  List<String> namesInstead = List.of();

  /**
   * @param answered whether the proxies answer the challenge
   */
  PeerAuthority(InstantSource clock, Predicate<Challenge> answered) throws Exception {
    this.clock = clock;
    this.answered = answered;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    this.issuer = generator.generateKeyPair();
  }

  @Override
  public URI directory() {
    return URI.create("https://ca.example/directory");
  }

  @Override
  public Order open(List<String> hosts) throws AcmeFailure {
    said.add("order " + String.join(" ", hosts));
    AcmeFailure failure = failures.poll();
    if (failure != null) {
      throw failure;
    }
    return new Peer(hosts, URI.create("https://ca.example/order/" + ++number));
  }

  @Override
  public Optional<List<X509Certificate>> collect(URI order) throws AcmeFailure {
    said.add("collect " + order.getPath());
    if (losesOrders) {
      throw new AcmeFailure("no such host", null);
    }
    return Optional.ofNullable(issued.get(order));
  }

  @Override
  public void close() {}

  private final class Peer implements Order {
    private final List<String> hosts;
    private final URI location;

    Peer(List<String> hosts, URI location) {
      this.hosts = hosts;
      this.location = location;
    }

    @Override
    public URI location() {
      return location;
    }

    @Override
    public List<Challenge> challenges() {
      return believes
          ? List.of()
          : hosts.stream().map(h -> new Challenge(h, "t" + number, "t" + number + ".d")).toList();
    }

    @Override
    public void validate() throws AcmeFailure {
      said.add("validate");
      for (Challenge each : challenges()) {
        if (!answered.test(each)) {
          throw new AcmeFailure("no answer at " + each.host(), null);
        }
      }
    }

    @Override
    public List<X509Certificate> finish(KeyPair key) throws AcmeFailure {
      said.add("finish");
      keys.add(key);
      issued.put(location, List.of(certificate(key)));
      if (diesBeforeTheAnswer) {
        throw new AcmeFailure("the connection broke", null);
      }
      return issued.getOrDefault(location, List.of());
    }

    private X509Certificate certificate(KeyPair key) {
      Instant now = clock.instant();
      List<String> names = namesInstead.isEmpty() ? hosts : namesInstead;
      try {
        var builder =
            new JcaX509v3CertificateBuilder(
                new X500Name("CN=peer"),
                BigInteger.valueOf(number),
                Date.from(now),
                Date.from(now.plus(LIFETIME)),
                new X500Name("CN=" + names.getFirst()),
                key.getPublic());
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                names.stream()
                    .map(n -> new GeneralName(GeneralName.dNSName, n))
                    .toArray(GeneralName[]::new)));
        return new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
