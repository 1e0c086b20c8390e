package io.cade.engine.operate;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Service;
import io.cade.engine.pki.UploadedCertificates;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Takes certificates for sites in, shows and removes them (SPEC P2, A5). A new one is served by the
 * proxies with the next routes; connections that stand are not touched. Thread-safe.
 */
public final class CertificateDesk {
  /** Who knows which certificate is shown. */
  public interface Sites {
    CertificateView show(Service service);

    /** What is shown is to be found out anew. */
    void forget(String service);
  }

  /**
   * @param source {@code uploaded}, {@code built-in} or {@code none}
   * @param from of its validity, ISO 8601, as {@code until}
   * @param fingerprint SHA-256
   */
  public record CertificateView(
      String service,
      String source,
      String subject,
      String issuer,
      List<String> names,
      String from,
      String until,
      String fingerprint) {
    public static CertificateView of(String service, String source, X509Certificate certificate)
        throws CertificateException {
      try {
        return new CertificateView(
            service,
            source,
            certificate.getSubjectX500Principal().getName(),
            certificate.getIssuerX500Principal().getName(),
            UploadedCertificates.names(certificate),
            certificate.getNotBefore().toInstant().toString(),
            certificate.getNotAfter().toInstant().toString(),
            HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e); // every Java has it
      }
    }

    public static CertificateView none(String service) {
      return new CertificateView(service, "none", "", "", List.of(), "", "", "");
    }
  }

  private final AuditedActions actions;
  private final Supplier<Cabinet> cabinet;
  private final UploadedCertificates uploaded;
  private final Sites sites;
  private final Executor blocking;

  /**
   * @param blocking carries out what waits for the disk
   */
  public CertificateDesk(
      ChangeWriter writer, UploadedCertificates uploaded, Sites sites, Executor blocking) {
    this.actions = new AuditedActions(writer);
    this.cabinet = writer::current;
    this.uploaded = uploaded;
    this.sites = sites;
    this.blocking = blocking;
  }

  /** The certificate that is shown for the service's sites. May wait for the disk. */
  public CertificateView show(String service) throws Refusal {
    return sites.show(Inspection.requireService(cabinet.get(), service));
  }

  /**
   * Takes a certificate in.
   *
   * @param pem chain, key, and perhaps an OCSP response; see {@link UploadedCertificates#check}
   */
  public CompletionStage<CertificateView> upload(Caller caller, String service, String pem) {
    String action = "upload a certificate for service " + Operations.cut(service);
    return known(caller, service, action)
        .thenComposeAsync(
            found -> {
              try {
                uploaded.store(service, uploaded.check(found.definition().hosts(), pem));
              } catch (CertificateException e) {
                return actions.refused(
                    caller, action, new Refusal(Refusal.Kind.INVALID, "" + e.getMessage()));
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
              return changed(caller, found, action);
            },
            blocking);
  }

  /** Goes back to a certificate of the module's own authority. */
  public CompletionStage<CertificateView> remove(Caller caller, String service) {
    String action = "remove the certificate of service " + Operations.cut(service);
    return known(caller, service, action)
        .thenComposeAsync(
            found -> {
              try {
                if (!uploaded.remove(service)) {
                  return actions.refused(
                      caller,
                      action,
                      new Refusal(
                          Refusal.Kind.NOT_FOUND,
                          "no certificate was uploaded for service " + service));
                }
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
              return changed(caller, found, action);
            },
            blocking);
  }

  private CompletionStage<Service> known(Caller caller, String service, String action) {
    return actions.carryOut(
        caller,
        Role.OPERATOR,
        action,
        false,
        (state, _) -> Decision.nothing(Inspection.requireService(state, service)));
  }

  /** Its record in the log is also what has the routes derived anew. */
  private CompletionStage<CertificateView> changed(Caller caller, Service service, String action) {
    sites.forget(service.name());
    CertificateView view = sites.show(service);
    return actions.carryOut(caller, Role.OPERATOR, action, true, (_, _) -> Decision.nothing(view));
  }
}
