package io.cade.engine.app;

import io.cade.engine.acme.RenewalPolicy;
import io.cade.engine.change.Commit;
import io.cade.engine.change.CommitListener;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.CertificateDesk;
import io.cade.engine.pki.AcmeFiles;
import io.cade.engine.pki.AcmeState;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.pki.UploadedCertificates;
import io.cade.engine.route.RouteDerivation;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates of sites: the one that was ordered by ACME where there is a good one, else the
 * uploaded one, else one by the module's own authority, renewed before it ends. Kept in memory,
 * because routes are derived after every change. Thread-safe.
 */
public final class SiteCertificateCache
    implements RouteDerivation.SiteCertificates, CertificateDesk.Sites, CommitListener {
  private static final Logger LOG = LoggerFactory.getLogger(SiteCertificateCache.class);

  /**
   * @param until when another one has to be looked for
   * @param useless why an uploaded one is not in use; empty when there is none, it is, or one that
   *     goes before it
   */
  private record Known(
      List<String> hosts,
      RouteDerivation.SiteCertificate pem,
      CertificateDesk.CertificateView view,
      Instant until,
      String useless) {
    boolean isUploaded() {
      return view.source().equals(UPLOADED);
    }
  }

  private static final String ACME = "acme";
  private static final String UPLOADED = "uploaded";

  /** So long before the end of an uploaded certificate its owner is to be told. */
  static final Duration NOTICE = Duration.ofDays(30);

  private final ModuleAuthority authority;
  private final UploadedCertificates uploaded;
  private final AcmeFiles acme;
  private final RenewalPolicy policy;
  private final InstantSource clock;
  private final Executor blocking;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /**
   * @param policy by which certificates are ordered by ACME
   */
  public SiteCertificateCache(
      ModuleAuthority authority,
      UploadedCertificates uploaded,
      AcmeFiles acme,
      RenewalPolicy policy,
      InstantSource clock,
      Executor blocking) {
    this.authority = authority;
    this.uploaded = uploaded;
    this.acme = acme;
    this.policy = policy;
    this.clock = clock;
    this.blocking = blocking;
  }

  @Override
  public RouteDerivation.SiteCertificate of(Service service) {
    return current(service).pem();
  }

  @Override
  public CertificateDesk.CertificateView show(Service service) {
    CertificateDesk.CertificateView view = current(service).view();
    Optional<AcmeState> state = acme.state(service.name());
    if (state.isEmpty()) {
      return view;
    }
    AcmeFiles.Validity held = acme.validity(service.name()).orElse(null);
    String next =
        switch (policy.next(state.get(), held, clock.instant())) {
          case RenewalPolicy.Step.Order _ -> "now";
          case RenewalPolicy.Step.Rest rest -> rest.until().toString();
        };
    String words;
    if (view.source().equals(ACME)) {
      words = "in use";
    } else if (held != null) {
      words = "ended or of no use, ordered anew";
    } else if (service.phase() != ServicePhase.ANNOUNCED) {
      words = "ordered once the service is announced";
      next = "";
    } else {
      words = "ordered, not there yet";
    }
    return view.withAcme(words, state.get().error(), next);
  }

  private Known current(Service service) {
    List<String> hosts = service.definition().hosts();
    return known.compute(
        service.name(),
        (name, now) ->
            now != null && now.hosts().equals(hosts) && clock.instant().isBefore(now.until())
                ? now
                : find(name, hosts));
  }

  /**
   * What is wrong with the certificate uploaded for a service, which nobody but its owner can
   * renew, or ordered for it; empty when there is none, or it is good for {@link #NOTICE} and
   * longer, or was ordered and may still be renewed in time. May read files.
   */
  Optional<String> trouble(Service service) {
    Known now = current(service);
    Optional<AcmeState> ordered = acme.state(service.name());
    if (ordered.isPresent()) {
      Optional<String> trouble =
          policy.trouble(
              service.name(),
              ordered.get(),
              acme.validity(service.name()).orElse(null),
              clock.instant());
      if (trouble.isPresent()) {
        return trouble;
      }
    }
    if (!now.useless().isEmpty()) {
      return Optional.of(
          "the uploaded certificate is of no use any more: "
              + now.useless()
              + "; visitors get one of the module's own authority until another is uploaded");
    }
    return now.isUploaded() && !clock.instant().plus(NOTICE).isBefore(now.until())
        ? Optional.of(
            "the uploaded certificate ends at "
                + now.until()
                + "; upload its successor with ./cade service certificate "
                + service.name())
        : Optional.empty();
  }

  private Known find(String service, List<String> hosts) {
    try {
      Optional<UploadedCertificates.Checked> ordered = acme.find(service, hosts);
      if (ordered.isPresent()) {
        return known(service, hosts, ACME, ordered.get());
      }
    } catch (CertificateException | IOException e) {
      LOG.warn("the ACME certificate of service {} is of no use: {}", service, e.toString());
    }
    String useless = "";
    try {
      Optional<UploadedCertificates.Checked> own = uploaded.find(service, hosts);
      if (own.isPresent()) {
        return known(service, hosts, UPLOADED, own.get());
      }
    } catch (CertificateException e) {
      LOG.warn(
          "the certificate uploaded for service {} is of no use any more: {}; one of the module's"
              + " own authority takes its place",
          service,
          e.getMessage());
      useless = String.valueOf(e.getMessage());
    } catch (IOException e) {
      useless = "it cannot be read: " + e.getMessage();
      LOG.warn("the certificate uploaded for service {} cannot be read", service, e);
    }
    try {
      Identity identity = authority.site(service, hosts);
      return new Known(
          hosts,
          new RouteDerivation.SiteCertificate(
              identity.certificateChainPem(), identity.privateKeyPem()),
          CertificateDesk.CertificateView.of(service, "built-in", identity.certificate()),
          ModuleAuthority.renewAt(identity.certificate()),
          useless);
    } catch (IOException | CertificateException e) {
      LOG.warn("no certificate for service {}: it is served without TLS", service, e);
      return new Known(
          hosts,
          RouteDerivation.SiteCertificate.none(),
          CertificateDesk.CertificateView.none(service),
          Instant.MAX,
          useless);
    }
  }

  private static Known known(
      String service, List<String> hosts, String source, UploadedCertificates.Checked checked)
      throws CertificateException {
    Identity identity = checked.identity();
    return new Known(
        hosts,
        new RouteDerivation.SiteCertificate(checked.chainPem(), identity.privateKeyPem()),
        CertificateDesk.CertificateView.of(service, source, identity.certificate()),
        identity.certificate().getNotAfter().toInstant(),
        "");
  }

  @Override
  public void forget(String service) {
    known.remove(service);
  }

  /** Whether a certificate is due for renewal: the next derivation of the routes brings it. */
  Optional<String> due() {
    Instant now = clock.instant();
    return known.entrySet().stream()
        .filter(each -> !now.isBefore(each.getValue().until()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Another service of the same name is another customer's. */
  @Override
  public void committed(List<Commit> commits, Cabinet after) {
    for (Commit commit : commits) {
      for (Change change : commit.changes()) {
        if (change instanceof Change.ServiceDeleted deleted) {
          known.remove(deleted.service());
          blocking.execute(() -> erase(deleted.service()));
        }
      }
    }
  }

  private void erase(String service) {
    try {
      acme.forget(service);
      uploaded.remove(service);
      authority.forgetSite(service);
    } catch (IOException e) {
      LOG.warn("the certificate of the deleted service {} could not be erased", service, e);
    }
  }
}
