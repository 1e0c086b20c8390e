package io.cade.proxy.app;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.config.StrictYaml;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.proxy.balance.HealthPolicy;
import io.cade.proxy.balancer.BalancerLimits;
import io.cade.proxy.http.VisitorLimits;
import io.cade.proxy.pool.PoolLimits;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy or balancer is told at its start: a YAML file. Every key with its default:
 *
 * <pre>
 * role: proxy                      # proxy | balancer; must be given
 * position: "0.4"                  # chassis.slot; must be given
 * bootConfig: agent.json           # how to reach the engine, written by it; without: no engine
 * stateDirectory: /var/lib/cade    # must be given; is made if absent
 * mac: 02:00:00:00:04:00           # default: from the position, as here
 * http: [127.1.0.4:8080]           # where to listen; http or https must be given
 * https: []
 * trustedBalancers: []             # proxy: from where PROXY headers are believed
 * proxiesHttp: []                  # balancer: where http connections go, must be given with http
 * proxiesHttps: []                 # balancer: likewise
 * proxyCards: {}                   # balancer: {127.1.0.4: "0.4"}, for its reports to the engine
 * sourceAddress:                   # balancer: from where it connects to the proxies
 * ftp: []                          # where to listen for FTP
 * ftpPassivePorts: 0               # proxy: 30000-30099 for passive transfers; 0: any free port
 * ftpPublicAddress:                # proxy: told to visitors in the reply to PASV
 * ftpActive: true                  # proxy: whether PORT and EPRT are served
 * ftpActiveSource:                 # proxy: from where active data connections are made
 * pop3: []                         # where to listen for POP3
 * pop3s: []                        # where to listen for POP3 in TLS from the first byte
 * requireTls: false                # proxy: FTP and POP3 logins only in TLS
 * proxiesFtp: []                   # balancer: where ftp connections go; likewise proxiesPop3 and
 *                                  #   proxiesPop3s
 * ftpPassive: {}                   # balancer: a proxy's address and its ftpPassivePorts, which the
 *                                  #   balancer passes on: {127.1.0.4: 30000-30049}
 * localNetworks: [10.0.0.0/8]      # proxy: visitors that count as local; default: private ones
 * signals: {slowHeads: 20, flood: 200, scan: 150, guesses: 20}  # proxy: alarms about visitors
 * accessLog: {file: access.log, form: combined, maxMegabytes: 100, keep: 5, ring: 8192, on: true}
 *                                  # proxy: form is combined or json; default: none
 * metrics: []                      # where Prometheus may ask, 127.0.0.1:9464
 * virtualAddress: {id: 51, addresses: [192.0.2.10], interface: eth0, priority: 100, preempt: true,
 *                  interval: 1s}   # balancer: shared with others; on loopback, for interface:
 *                                  #   loopback: 127.1.0.3:1112, peers: [127.1.0.2:1112]
 * balancing: round-robin           # round-robin | least-connections
 * threads: 0                       # event loops; 0: one a core
 * health: {kind: http, path: /.cade/health, interval: 1s, timeout: 1s, rise: 2, fall: 2}
 * timeouts: {connect: 1s, head: 10s, response: 30s, idle: 30s, keepAlive: 60s, tunnelIdle: 10m,
 *            backendIdle: 20s, drain: 5s, report: 2s, login: 1m, reply: 30s, session: 10m,
 *            data: 30s, traffic: 5s}
 * limits: {visitors: 20000, requestLine: 8192, header: 32768, responseHeader: 65536,
 *          connectionsPerBackend: 1000, idlePerBackend: 64, attempts: 4, retryReserve: 500,
 *          sessions: 2000, sessionsPerVisitor: 50, line: 4096, logins: 3,
 *          transferBytesPerSecond: 0}
 * </pre>
 *
 * @param visitor what visitors may use
 * @param proxyCards of the balancer's proxies by their address, for its reports to the engine
 * @param lines what FTP and POP3 need
 * @param visitors protection and accounting
 * @param virtualAddress balancer: what it shares with others; null for nothing
 * @param drain longest time for running requests to end when the daemon stops
 * @param report from one report to the engine to the next
 */
public record ProxyConfig(
    Role role,
    CardPosition position,
    @Nullable Path bootConfig,
    Path stateDirectory,
    MacAddress mac,
    List<InetSocketAddress> http,
    List<InetSocketAddress> https,
    Set<String> trustedBalancers,
    List<InetSocketAddress> proxiesHttp,
    List<InetSocketAddress> proxiesHttps,
    @Nullable String sourceAddress,
    Balancing balancing,
    int threads,
    HealthPolicy health,
    VisitorLimits visitor,
    PoolLimits pool,
    BalancerLimits balancer,
    int connectionsPerBackend,
    int retryReserve,
    Duration drain,
    Duration report,
    LineConfig lines,
    VisitorsConfig visitors,
    Map<String, CardPosition> proxyCards,
    @Nullable VirtualAddressConfig virtualAddress) {
  /** Which card this is. */
  public enum Role {
    PROXY,
    BALANCER
  }

  /** The order in which back ends are proposed. */
  public enum Balancing {
    ROUND_ROBIN,
    LEAST_CONNECTIONS
  }

  public ProxyConfig {
    proxyCards = Map.copyOf(proxyCards);
    http = List.copyOf(http);
    https = List.copyOf(https);
    trustedBalancers = Set.copyOf(trustedBalancers);
    proxiesHttp = List.copyOf(proxiesHttp);
    proxiesHttps = List.copyOf(proxiesHttps);
  }

  /**
   * Reads a file. Relative paths in it are relative to the file's folder.
   *
   * @throws ConfigProblems with every problem found
   */
  public static ProxyConfig read(Path file) throws ConfigProblems {
    Path folder = file.toAbsolutePath().getParent();
    return StrictYaml.read(
        file, root -> new ConfigReader(root, folder == null ? Path.of("/") : folder).read());
  }
}
