package io.cade.engine.app;

import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that the engine's own servers show, followed while they run: an engine that is
 * never restarted would one day show all its cards one that has ended. Used by one thread.
 */
final class ServerCertificates {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCertificates.class);

  private final ModuleAuthority authority;
  private final String name;
  private final List<String> hosts;
  private final List<Function<Identity, Future<?>>> servers;
  private Identity shown;

  /**
   * @param name of the certificate, as {@link ModuleAuthority#server} keeps it
   * @param shown what the servers have begun with
   * @param servers show another certificate to whoever connects from then on
   */
  ServerCertificates(
      ModuleAuthority authority,
      String name,
      List<String> hosts,
      Identity shown,
      List<Function<Identity, Future<?>>> servers) {
    this.authority = authority;
    this.name = name;
    this.hosts = List.copyOf(hosts);
    this.shown = shown;
    this.servers = List.copyOf(servers);
  }

  /**
   * Has the servers show a new certificate when the present one's end comes near.
   *
   * @throws IOException when it cannot be made or used: to be tried again
   */
  void look() throws IOException {
    Identity next = authority.server(name, hosts);
    if (next.certificate().equals(shown.certificate())) {
      return;
    }
    for (Function<Identity, Future<?>> server : servers) {
      Await.that(server.apply(next));
    }
    shown = next;
    LOG.info(
        "the engine's servers show a new certificate, good until {}",
        next.certificate().getNotAfter().toInstant());
  }
}
