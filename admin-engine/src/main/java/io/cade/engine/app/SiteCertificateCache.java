package io.cade.engine.app;

import io.cade.engine.model.Service;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.route.RouteDerivation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates of sites by the module's own authority, made when a site is announced first. Kept in
 * memory, because routes are derived after every change. Thread-safe.
 */
final class SiteCertificateCache implements RouteDerivation.SiteCertificates {
  private static final Logger LOG = LoggerFactory.getLogger(SiteCertificateCache.class);

  private record Key(String service, List<String> hosts) {}

  private final ModuleAuthority authority;
  private final Map<Key, RouteDerivation.SiteCertificate> known = new ConcurrentHashMap<>();

  SiteCertificateCache(ModuleAuthority authority) {
    this.authority = authority;
  }

  @Override
  public RouteDerivation.SiteCertificate of(Service service) {
    return known.computeIfAbsent(
        new Key(service.name(), service.definition().hosts()), this::issue);
  }

  private RouteDerivation.SiteCertificate issue(Key key) {
    try {
      Identity identity = authority.site(key.service(), key.hosts());
      return new RouteDerivation.SiteCertificate(
          identity.certificateChainPem(), identity.privateKeyPem());
    } catch (IOException e) {
      LOG.warn("no certificate for service {}: it is served without TLS", key.service(), e);
      return RouteDerivation.SiteCertificate.none();
    }
  }
}
