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

  /** Certificates that an authority issues and renews by itself. */
  public interface Automatic {
    /** Refuses when there can be none for these names, or no authority is configured. */
    void require(List<String> hosts) throws Refusal;

    /** From now on the service wants one; one that is due is tried at once. */
    void want(String service) throws IOException;

    /**
     * The service wants none any more.
     *
     * @return whether it wanted one
     */
    boolean forget(String service) throws IOException;
  }

  /**
   * @param source {@code acme}, {@code uploaded}, {@code built-in} or {@code none}
   * @param from of its validity, ISO 8601, as {@code until}
   * @param fingerprint SHA-256
   * @param acme what is known of the authority's certificate in words; empty when none is wanted
   * @param lastError why the last try to get one failed; empty when it did not
   * @param nextTry when one is ordered next, ISO 8601; empty when none is wanted
   */
  public record CertificateView(
      String service,
      String source,
      String subject,
      String issuer,
      List<String> names,
      String from,
      String until,
      String fingerprint,
      String acme,
      String lastError,
      String nextTry) {
    /** Nothing known of an authority. */
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
                .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())),
            "",
            "",
            "");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e); // every Java has it
      }
    }

    public static CertificateView none(String service) {
      return new CertificateView(service, "none", "", "", List.of(), "", "", "", "", "", "");
    }

    /** With what is known of the authority's certificate. */
    public CertificateView withAcme(String state, String error, String next) {
      return new CertificateView(
          service, source, subject, issuer, names, from, until, fingerprint, state, error, next);
    }
  }

  private final AuditedActions actions;
  private final Supplier<Cabinet> cabinet;
  private final UploadedCertificates uploaded;
  private final Automatic automatic;
  private final Sites sites;
  private final Executor blocking;

  /**
   * @param blocking carries out what waits for the disk
   */
  public CertificateDesk(
      ChangeWriter writer,
      UploadedCertificates uploaded,
      Automatic automatic,
      Sites sites,
      Executor blocking) {
    this.actions = new AuditedActions(writer);
    this.cabinet = writer::current;
    this.uploaded = uploaded;
    this.automatic = automatic;
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
    return change(
        caller,
        service,
        "upload a certificate for service " + Operations.cut(service),
        found -> {
          try {
            uploaded.store(service, uploaded.check(found.definition().hosts(), pem));
          } catch (CertificateException e) {
            throw new Refusal(Refusal.Kind.CONTENT, "" + e.getMessage());
          }
          automatic.forget(service);
        });
  }

  /**
   * Has certificates for the service ordered and renewed by the configured authority from now on.
   * Until the first one is there, what was shown before is shown. Asked again, one that is due is
   * tried at once.
   */
  public CompletionStage<CertificateView> order(Caller caller, String service) {
    return change(
        caller,
        service,
        "have certificates for service " + Operations.cut(service) + " by ACME",
        found -> {
          automatic.require(found.definition().hosts());
          automatic.want(service);
        });
  }

  /** Goes back to a certificate of the module's own authority. */
  public CompletionStage<CertificateView> remove(Caller caller, String service) {
    return change(
        caller,
        service,
        "remove the certificate of service " + Operations.cut(service),
        _ -> {
          boolean wanted = automatic.forget(service);
          if (!uploaded.remove(service) && !wanted) {
            throw new Refusal(
                Refusal.Kind.NOT_FOUND,
                "no certificate was uploaded or ordered for service " + service);
          }
        });
  }

  private interface Step {
    void take(Service service) throws IOException, Refusal;
  }

  /** The record of its end in the log is also what has the routes derived anew. */
  private CompletionStage<CertificateView> change(
      Caller caller, String service, String action, Step step) {
    return actions.carryOutBeside(
        caller,
        Role.OPERATOR,
        action,
        (state, _) -> Decision.nothing(Inspection.requireService(state, service)),
        blocking,
        found -> {
          step.take(found);
          sites.forget(service);
          return sites.show(found);
        });
  }
}
