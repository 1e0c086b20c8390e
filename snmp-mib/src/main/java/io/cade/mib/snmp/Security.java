package io.cade.mib.snmp;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.snmp4j.SNMP4JSettings;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv3;
import org.snmp4j.security.AuthHMAC192SHA256;
import org.snmp4j.security.AuthHMAC384SHA512;
import org.snmp4j.security.PrivAES128;
import org.snmp4j.security.PrivAES256;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.security.SecurityModels;
import org.snmp4j.security.SecurityProtocols;
import org.snmp4j.security.TSM;
import org.snmp4j.security.USM;
import org.snmp4j.security.UsmTimeEntry;
import org.snmp4j.security.UsmUser;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;

/**
 * SNMPv3 with the User-based Security Model, HMAC-SHA-256 and -512, AES-128 and -256. The one place
 * that touches SNMP4J's global settings: parts of SNMP4J (message lengths, parameters of incoming
 * messages) read the global list of protocols whatever list an engine was given.
 */
final class Security {
  private Security() {}

  /** For an engine that asks others: it learns their engine ids. */
  static MPv3 v3(EngineIdentity identity, SnmpUser user, CounterSupport counters) {
    SecurityProtocols protocols = protocols();
    var usm = new USM(protocols, new OctetString(identity.engineId()), identity.boots(), counters);
    usm.addUser(usmUser(user));
    return v3(identity, protocols, counters, usm);
  }

  /**
   * For an engine that is asked: it knows its own engine id and no other. A message in the name of
   * another engine costs neither a place in a table nor the million hashes of a key.
   */
  static MPv3 authoritative(
      EngineIdentity identity, List<SnmpUser> users, boolean tls, CounterSupport counters) {
    SecurityProtocols protocols = protocols();
    var engineId = new OctetString(identity.engineId());
    var usm = new USM(protocols, engineId, identity.boots(), counters);
    usm.setEngineDiscoveryEnabled(false);
    usm.getTimeTable().addEntry(new UsmTimeEntry(engineId, identity.boots(), 0));
    for (SnmpUser user : users) {
      usm.addUser(usmUser(user), engineId);
    }
    return tls
        ? v3(identity, protocols, counters, usm, new TSM(engineId, false, counters))
        : v3(identity, protocols, counters, usm);
  }

  private static SecurityProtocols protocols() {
    synchronized (Security.class) {
      SecurityProtocols protocols = SecurityProtocols.getInstance();
      protocols.addAuthenticationProtocol(new AuthHMAC192SHA256());
      protocols.addAuthenticationProtocol(new AuthHMAC384SHA512());
      protocols.addPrivacyProtocol(new PrivAES128());
      protocols.addPrivacyProtocol(new PrivAES256());
      // Else a report about an unknown user or a wrong passphrase is protected with keys that the
      // asker does not
      // have: it sees a time-out where it should see its mistake.
      SNMP4JSettings.setReportSecurityLevelStrategy(
          SNMP4JSettings.ReportSecurityLevelStrategy.noAuthNoPrivIfNeeded);
      return protocols;
    }
  }

  private static MPv3 v3(
      EngineIdentity identity,
      SecurityProtocols protocols,
      CounterSupport counters,
      SecurityModel... models) {
    return new MPv3(
        identity.engineId(), null, protocols, SecurityModels.getCollection(models), counters);
  }

  private static UsmUser usmUser(SnmpUser user) {
    return new UsmUser(
        octets(user.name()),
        authId(user.auth()),
        octets(user.authPassphrase()),
        privId(user.priv()),
        octets(user.privPassphrase()));
  }

  static OID authId(SnmpUser.Auth auth) {
    return switch (auth) {
      case SHA_256 -> AuthHMAC192SHA256.ID;
      case SHA_512 -> AuthHMAC384SHA512.ID;
    };
  }

  static OID privId(SnmpUser.Priv priv) {
    return switch (priv) {
      case AES_128 -> PrivAES128.ID;
      case AES_256 -> PrivAES256.ID;
    };
  }

  static OctetString octets(String s) {
    return new OctetString(s.getBytes(StandardCharsets.UTF_8));
  }
}
