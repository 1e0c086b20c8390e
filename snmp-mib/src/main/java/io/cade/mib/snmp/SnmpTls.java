package io.cade.mib.snmp;

import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * SNMPv3 over TLS (RFC 6353, RFC 5591).
 *
 * @param bind TCP address to listen on; port 0 chooses a free one
 * @param key of the agent
 * @param chain certificate to the key, followed by those of its issuers
 * @param users each name and each fingerprint once; at most {@value SnmpAgentConfig#MAX_USERS}
 */
public record SnmpTls(
    InetSocketAddress bind, PrivateKey key, List<X509Certificate> chain, List<SnmpTlsUser> users) {
  public SnmpTls {
    chain = List.copyOf(chain);
    users = List.copyOf(users);
    if (users.size() > SnmpAgentConfig.MAX_USERS) {
      throw new IllegalArgumentException(
          "at most " + SnmpAgentConfig.MAX_USERS + " users of SNMP over TLS");
    }
    if (users.stream().map(SnmpTlsUser::name).distinct().count() < users.size()
        || users.stream().map(SnmpTlsUser::proof).distinct().count() < users.size()) {
      throw new IllegalArgumentException(
          "two users of SNMP over TLS have the same name or the same certificate");
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "SnmpTls[" + bind + ", " + users + "]";
  }
}
