package io.cade.sim.bench;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.pki.Identity;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.proxy.route.SnapshotFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The same 280 virtual hosts, each on two of 280 cards, behind every proxy that is compared. The
 * cards are one nginx on the other core, which listens on the cards' addresses.
 */
final class ProxyField {
  static final int SITES = 280;

  /** Host by which TLS is asked for; the load generators send the host of the URL as SNI. */
  static final String TLS_HOST = "localhost";

  private final Path launcher;
  private final Path folder;
  private final int proxyCore;
  private final int loadCore;
  private final int cardPort;
  private final Identity site;

  ProxyField(Path launcher, Path folder, int proxyCore, int loadCore) throws IOException {
    this.launcher = launcher;
    this.folder = folder;
    this.proxyCore = proxyCore;
    this.loadCore = loadCore;
    this.cardPort = freePort();
    this.site =
        ModuleAuthority.open(
                Files.createDirectories(folder.resolve("ca")),
                InstantSource.system(),
                new SecureRandom())
            .site("bench", List.of(TLS_HOST));
    Path secrets = Files.createDirectories(folder.resolve("tls"));
    Files.writeString(secrets.resolve("chain.pem"), site.certificateChainPem());
    Files.writeString(secrets.resolve("key.pem"), site.privateKeyPem());
    Files.writeString(
        secrets.resolve("both.pem"), site.certificateChainPem() + site.privateKeyPem());
  }

  static String card(int number) {
    return String.format(Locale.ROOT, "127.1.%d.%d", 1 + number / 14, 1 + number % 14);
  }

  private static int other(int number) {
    return (number + SITES / 2) % SITES;
  }

  WebProcess cards() throws IOException, InterruptedException {
    Path pages = Files.createDirectories(folder.resolve("pages"));
    Files.write(pages.resolve("1k"), new byte[1024]);
    Files.write(pages.resolve("100k"), new byte[100 * 1024]);
    StringBuilder listen = new StringBuilder();
    for (int i = 0; i < SITES; i++) {
      listen.append("listen ").append(card(i)).append(':').append(cardPort).append("; ");
    }
    int probe = freePort();
    Path config = folder.resolve("cards.conf");
    Files.writeString(
        config,
        """
        daemon off; worker_processes 1; pid %1$s/cards.pid; error_log %1$s/cards.err; user root;
        events { worker_connections 10000; }
        http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
          keepalive_timeout 300s; open_file_cache max=16; default_type text/plain;
          server { listen 127.0.0.1:%2$d; %3$s root %4$s; } }
        """
            .formatted(folder, probe, listen, pages));
    return WebProcess.start(
        "cards", loadCore, nginx(config), probe, 0, folder.resolve("cards.log"));
  }

  WebProcess cade(Optional<String> javaOptions) throws IOException, InterruptedException {
    int http = freePort();
    int https = freePort();
    Path state = Files.createDirectories(folder.resolve("proxy"));
    List<RouteSnapshot.SiteRoute> sites = new ArrayList<>();
    for (int i = 0; i < SITES; i++) {
      sites.add(route("s" + i, List.of("s" + i + ".example"), i, "", ""));
    }
    sites.add(route("tls", List.of(TLS_HOST), 0, site.certificateChainPem(), site.privateKeyPem()));
    new SnapshotFile(state).save(new RouteSnapshot(1, sites));
    Path config = folder.resolve("proxy.yaml");
    Files.writeString(
        config,
        """
        role: proxy
        position: "0.4"
        stateDirectory: %s
        http: ["127.0.0.1:%d"]
        https: ["127.0.0.1:%d"]
        threads: 1
        balancing: least-connections
        """
            .formatted(state, http, https));
    List<String> command = new ArrayList<>();
    javaOptions.ifPresent(o -> command.addAll(List.of("env", "CADE_JAVA_OPTS=" + o)));
    command.addAll(List.of(launcher.toString(), "proxy", "--config", config.toString()));
    return WebProcess.start("cade", proxyCore, command, http, https, folder.resolve("proxy.log"));
  }

  private RouteSnapshot.SiteRoute route(
      String service, List<String> hosts, int card, String chain, String key) {
    return new RouteSnapshot.SiteRoute(
        service, hosts, List.of(backend(card), backend(other(card))), chain, key);
  }

  private RouteSnapshot.Backend backend(int card) {
    return new RouteSnapshot.Backend(
        new CardPosition(1 + card / 14, 1 + card % 14), card(card), cardPort);
  }

  /** nginx with the same sites; empty when it is not installed. */
  Optional<WebProcess> nginx() throws IOException, InterruptedException {
    if (FileServer.program("nginx").isEmpty()) {
      return Optional.empty();
    }
    int http = freePort();
    int https = freePort();
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i <= SITES; i++) {
      String host = i == SITES ? TLS_HOST : "s" + i + ".example";
      int card = i % SITES;
      servers.append(
          """
          upstream u%1$d { least_conn; server %2$s:%4$d; server %3$s:%4$d; keepalive 64; }
          server { listen 127.0.0.1:%5$d; listen 127.0.0.1:%6$d ssl http2; server_name %7$s;
            location / { proxy_pass http://u%1$d; } }
          """
              .formatted(i, card(card), card(other(card)), cardPort, http, https, host));
    }
    Path config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off; worker_processes 1; pid %1$s/nginx.pid; error_log %1$s/nginx.err; user root;
        events { worker_connections 15000; }
        http { access_log off; keepalive_requests 100000000; keepalive_timeout 300s;
          server_names_hash_max_size 4096; server_names_hash_bucket_size 64;
          ssl_certificate %1$s/tls/chain.pem; ssl_certificate_key %1$s/tls/key.pem;
          ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:s:10m;
          proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Request-Id $request_id;
        %2$s }
        """
            .formatted(folder, servers));
    return Optional.of(
        WebProcess.start(
            "nginx", proxyCore, nginx(config), http, https, folder.resolve("nginx.log")));
  }

  /** HAProxy with the same sites; empty when it is not installed. */
  Optional<WebProcess> haproxy() throws IOException, InterruptedException {
    Optional<Path> program = FileServer.program("haproxy");
    if (program.isEmpty()) {
      return Optional.empty();
    }
    int http = freePort();
    int https = freePort();
    StringBuilder map = new StringBuilder();
    StringBuilder backends = new StringBuilder();
    for (int i = 0; i <= SITES; i++) {
      String host = i == SITES ? TLS_HOST : "s" + i + ".example";
      int card = i % SITES;
      map.append(host).append(" b").append(i).append('\n');
      backends.append(
          """
          backend b%1$d
            balance leastconn
            server c1 %2$s:%4$d
            server c2 %3$s:%4$d
          """
              .formatted(i, card(card), card(other(card)), cardPort));
    }
    Files.writeString(folder.resolve("hosts.map"), map);
    Path config = folder.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        global
          nbthread 1
          maxconn 9500
          tune.ssl.default-dh-param 2048
        defaults
          mode http
          timeout connect 1s
          timeout client 300s
          timeout server 30s
          timeout http-keep-alive 300s
          http-reuse always
          option forwardfor
          unique-id-format %%{+X}o%%ci%%cp%%rt
          unique-id-header X-Request-Id
        frontend visitors
          bind 127.0.0.1:%1$d
          bind 127.0.0.1:%2$d ssl crt %3$s/tls/both.pem alpn h2,http/1.1 ssl-min-ver TLSv1.2
          use_backend %%[req.hdr(host),field(1,:),lower,map(%3$s/hosts.map)]
        %4$s
        """
            .formatted(http, https, folder, backends));
    return Optional.of(
        WebProcess.start(
            "haproxy",
            proxyCore,
            List.of(program.get().toString(), "-db", "-f", config.toString()),
            http,
            https,
            folder.resolve("haproxy.log")));
  }

  private static List<String> nginx(Path config) throws IOException {
    Path program =
        FileServer.program("nginx")
            .orElseThrow(() -> new IOException("needs nginx (package nginx-light) for the cards"));
    return List.of(program.toString(), "-c", config.toString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
