package io.cade.engine.route;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.agent.wire.ServicePorts;
import io.cade.agent.wire.SiteProtection;
import io.cade.engine.conduct.Routing;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Lease;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Derives the routes from the model: only announced services, only cards on which they run. Pure.
 */
public final class RouteDerivation {
  /** Certificates of sites; the engine's authority issues and keeps them. */
  @FunctionalInterface
  public interface SiteCertificates {
    /** Chain and key of a service's site. Must answer from memory. */
    SiteCertificate of(Service service);
  }

  /**
   * @param chainPem empty when the site has no certificate
   * @param keyPem PKCS #8
   */
  public record SiteCertificate(String chainPem, String keyPem) {
    public static SiteCertificate none() {
      return new SiteCertificate("", "");
    }

    /** Without the key, so that it may be logged. */
    @Override
    public String toString() {
      return "SiteCertificate[" + chainPem.length() + " characters]";
    }
  }

  private final SiteCertificates certificates;
  private final int servicePort;
  private final UnaryOperator<String> affinityKeys;

  /** Without visitors being bound to cards. */
  public RouteDerivation(SiteCertificates certificates, int servicePort) {
    this(certificates, servicePort, service -> "");
  }

  /**
   * @param affinityKeys the secret of a service, always the same, at most 128 characters; must
   *     answer from memory
   */
  public RouteDerivation(
      SiteCertificates certificates, int servicePort, UnaryOperator<String> affinityKeys) {
    this.certificates = certificates;
    this.servicePort = servicePort;
    this.affinityKeys = affinityKeys;
  }

  /** Whom the announced sites, and all of them together, are protected from. */
  public List<SiteProtection> protection(Cabinet cabinet) {
    return cabinet.protection().values().stream()
        .filter(p ->
            p.service().equals(SiteProtection.EVERYWHERE)
                || cabinet
                    .service(p.service())
                    .filter(s -> s.phase() == ServicePhase.ANNOUNCED)
                    .isPresent())
        .toList();
  }

  /** The sites as they are to be served now. */
  public List<RouteSnapshot.SiteRoute> sites(Cabinet cabinet) {
    List<RouteSnapshot.SiteRoute> sites = new ArrayList<>();
    for (Service service : cabinet.services().values()) {
      if (service.phase() != ServicePhase.ANNOUNCED) {
        continue;
      }
      List<RouteSnapshot.Backend> backends = new ArrayList<>();
      // A stopped service keeps its cards; its site answers that nothing runs just now.
      List<Placement> visited = Routing.isStopped(service) ? List.of() : service.placements();
      for (Placement p : visited) {
        Card card = cabinet.cards().get(p.position());
        Lease lease = cabinet.leases().get(p.position());
        if (card != null && lease != null && Routing.serves(service, card)) {
          backends.add(
              new RouteSnapshot.Backend(
                  p.position(),
                  lease.address(),
                  servicePort,
                  ServicePorts.further(service.definition().kind(), servicePort),
                  Routing.drainedUntil(cabinet, service, card),
                  // Nothing for the kinds that earlier proxies know.
                  ServicePorts.speaksHttp(service.definition().kind()) ? null : Boolean.FALSE));
        }
      }
      SiteCertificate certificate = certificates.of(service);
      sites.add(
          new RouteSnapshot.SiteRoute(
              service.name(),
              service.definition().hosts(),
              backends,
              certificate.chainPem(),
              certificate.keyPem(),
              service.settings(),
              affinityKeys.apply(service.name())));
    }
    return sites;
  }
}
