package io.cade.agent.wire;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All routes of the module at one moment. A proxy swaps whole snapshots, never parts (SPEC P6).
 *
 * @param version position in the engine's change log; a proxy never goes back to a lower one
 * @param sites at most 5,000 (DESIGN §6)
 * @param protection whom the sites are protected from, at most one entry for each site and one for
 *     all; absent in snapshots of earlier versions
 * @param challenges what certificate authorities are to be answered now, at most 1,024; absent in
 *     snapshots of earlier versions
 * @param ticketKeys keys of TLS session tickets, the same for all proxies, so that a visitor may
 *     resume at any of them: 48 bytes each in Base64, the first one makes tickets, at most 4.
 *     Empty: each proxy has its own. They let TLS 1.2 connections be read: never to be stored or
 *     logged
 * @param probeKey secret with which the engine aims requests at single cards ({@link ProbeToken}),
 *     at most 128 characters; empty, as in snapshots of earlier versions: no request is aimed.
 *     Never to be logged
 */
public record RouteSnapshot(
    long version,
    List<SiteRoute> sites,
    List<SiteProtection> protection,
    List<Challenge> challenges,
    List<String> ticketKeys,
    String probeKey) {
  /** Challenges that may be open at one time. */
  public static final int MAX_CHALLENGES = 1_024;

  public RouteSnapshot(
      long version,
      List<SiteRoute> sites,
      @Nullable List<SiteProtection> protection,
      @Nullable List<Challenge> challenges,
      @Nullable List<String> ticketKeys,
      @Nullable String probeKey) {
    this.version = version;
    this.sites = Limits.list("sites", sites, 5_000);
    this.protection = protection == null ? List.of() : Limits.list("protection", protection, 5_001);
    this.challenges =
        challenges == null ? List.of() : Limits.list("challenges", challenges, MAX_CHALLENGES);
    this.ticketKeys = ticketKeys == null ? List.of() : Limits.list("ticketKeys", ticketKeys, 4);
    this.ticketKeys.forEach(key -> Limits.text("ticketKey", key, 64));
    this.probeKey = Limits.text("probeKey", probeKey == null ? "" : probeKey, 128);
  }

  /** Without aimed requests. */
  public RouteSnapshot(
      long version,
      List<SiteRoute> sites,
      @Nullable List<SiteProtection> protection,
      @Nullable List<Challenge> challenges,
      @Nullable List<String> ticketKeys) {
    this(version, sites, protection, challenges, ticketKeys, "");
  }

  /** Each proxy with its own keys of session tickets. */
  public RouteSnapshot(
      long version,
      List<SiteRoute> sites,
      @Nullable List<SiteProtection> protection,
      @Nullable List<Challenge> challenges) {
    this(version, sites, protection, challenges, List.of());
  }

  /** While no certificate authority asks. */
  public RouteSnapshot(
      long version, List<SiteRoute> sites, @Nullable List<SiteProtection> protection) {
    this(version, sites, protection, List.of(), List.of());
  }

  /** As it may be stored. */
  public RouteSnapshot withoutTicketKeys() {
    return new RouteSnapshot(version, sites, protection, challenges, List.of(), probeKey);
  }

  /** Without the keys, so that the record may be logged. */
  @Override
  public String toString() {
    return "RouteSnapshot[" + version + ", " + sites + "]";
  }

  /** Sites without any protection. */
  public RouteSnapshot(long version, List<SiteRoute> sites) {
    this(version, sites, List.of());
  }

  /** What a proxy knows before its first contact with the engine. */
  public static RouteSnapshot empty() {
    return new RouteSnapshot(0, List.of());
  }

  /**
   * One service's way through the proxies.
   *
   * @param hosts host names in lower case, without port; at most 64
   * @param backends cards that run the service now; may be empty (visitors get 503)
   * @param certificateChainPem certificate of the site, PEM; empty when it has none
   * @param privateKeyPem PKCS #8 key to it, PEM; travels only over the authenticated channel
   * @param settings how the proxies treat it; absent in snapshots of earlier versions
   * @param affinityKey secret with which proxies make the cookies that bind a visitor to a card,
   *     the same for all proxies; empty when there is none
   */
  public record SiteRoute(
      String service,
      List<String> hosts,
      List<Backend> backends,
      String certificateChainPem,
      String privateKeyPem,
      ServiceSettings settings,
      String affinityKey) {
    public SiteRoute(
        String service,
        List<String> hosts,
        List<Backend> backends,
        String certificateChainPem,
        String privateKeyPem,
        @Nullable ServiceSettings settings,
        @Nullable String affinityKey) {
      Limits.text("service", service, 63);
      this.service = service;
      this.hosts = Limits.list("hosts", hosts, 64);
      this.backends = Limits.list("backends", backends, 280);
      this.certificateChainPem = Limits.text("certificateChainPem", certificateChainPem, 65536);
      this.privateKeyPem = Limits.text("privateKeyPem", privateKeyPem, 16384);
      this.settings = settings == null ? ServiceSettings.none() : settings;
      this.affinityKey = Limits.text("affinityKey", affinityKey == null ? "" : affinityKey, 128);
    }

    /** With everything at its default. */
    public SiteRoute(
        String service,
        List<String> hosts,
        List<Backend> backends,
        String certificateChainPem,
        String privateKeyPem) {
      this(service, hosts, backends, certificateChainPem, privateKeyPem, null, null);
    }

    /** Without the private key, so that the record may be logged. */
    @Override
    public String toString() {
      return "SiteRoute[" + service + ", " + hosts + ", " + backends + "]";
    }
  }

  /**
   * @param address internal address, never shown to visitors
   * @param port where it speaks HTTP; where it does not, the port from which the others are counted
   * @param further ports of the other protocols that it speaks, by their name in {@link
   *     ServicePorts}; at most 8, names that a proxy does not know mean nothing to it. Absent in
   *     snapshots of earlier versions
   * @param drainedUntil set while the card is being drained: it gets no new visitors; those bound
   *     to it by a cookie stay with it until then. Null in normal service, and in snapshots of
   *     earlier versions
   * @param http false when only its further ports are open; null, as in snapshots of earlier
   *     versions, means true
   */
  public record Backend(
      CardPosition position,
      String address,
      int port,
      Map<String, Integer> further,
      @Nullable Instant drainedUntil,
      @Nullable Boolean http) {
    public Backend(
        CardPosition position,
        String address,
        int port,
        @Nullable Map<String, Integer> further,
        @Nullable Instant drainedUntil,
        @Nullable Boolean http) {
      this.drainedUntil = drainedUntil;
      this.http = http;
      Limits.text("address", address, 64);
      Limits.range("port", port, 1, 65535);
      this.position = position;
      this.address = address;
      this.port = port;
      this.further = further == null ? Map.of() : Map.copyOf(further);
      Limits.range("number of further ports", this.further.size(), 0, 8);
      this.further.forEach((protocol, other) -> {
        Limits.text("protocol", protocol, 16);
        Limits.range("port for " + protocol, other, 1, 65535);
      });
    }

    /** A card that speaks HTTP, perhaps among others. */
    public Backend(
        CardPosition position,
        String address,
        int port,
        @Nullable Map<String, Integer> further,
        @Nullable Instant drainedUntil) {
      this(position, address, port, further, drainedUntil, null);
    }

    /** Whether visitors' HTTP may be sent to it. */
    public boolean speaksHttp() {
      return http == null || http;
    }

    /** A card that speaks HTTP only. */
    public Backend(CardPosition position, String address, int port) {
      this(position, address, port, Map.of(), null);
    }

    /** A card in normal service. */
    public Backend(CardPosition position, String address, int port, Map<String, Integer> further) {
      this(position, address, port, further, null);
    }
  }

  /**
   * What a certificate authority looks for at a host, in plain HTTP, to believe that it is the
   * module's (http-01, RFC 8555 §8.3). No secret: anybody may ask for it.
   *
   * @param host in lower case
   * @param token last segment of the path {@code /.well-known/acme-challenge/TOKEN}
   * @param keyAuthorization the answer (RFC 8555 §8.1)
   */
  public record Challenge(String host, String token, String keyAuthorization) {
    // base64url alone (RFC 8555 §8): nothing that would be another path or another answer.
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,256}");
    private static final Pattern ANSWER =
        Pattern.compile("[A-Za-z0-9_-]{1,256}\\.[A-Za-z0-9_-]{1,128}");

    public Challenge {
      Limits.text("host", host, 253);
      if (!TOKEN.matcher(token).matches()) {
        throw new IllegalArgumentException("token is not base64url of at most 256 characters");
      }
      if (!ANSWER.matcher(keyAuthorization).matches()) {
        throw new IllegalArgumentException("keyAuthorization is not a token, a point and a digest");
      }
    }
  }
}
