package io.cade.mib.snmp;

import java.nio.charset.StandardCharsets;
import org.snmp4j.SNMP4JSettings;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv3;
import org.snmp4j.security.AuthHMAC192SHA256;
import org.snmp4j.security.PrivAES128;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.security.SecurityModels;
import org.snmp4j.security.SecurityProtocols;
import org.snmp4j.security.USM;
import org.snmp4j.security.UsmUser;
import org.snmp4j.smi.OctetString;

/**
 * SNMPv3 with the User-based Security Model and one pair of protocols: HMAC-SHA-256 and AES-128.
 * The one place that touches SNMP4J's global settings: parts of SNMP4J (message lengths, parameters
 * of incoming messages) read the global list of protocols whatever list an engine was given.
 */
final class Security {
  private Security() {}

  static MPv3 v3(EngineIdentity identity, SnmpUser user, CounterSupport counters) {
    SecurityProtocols protocols;
    synchronized (Security.class) {
      protocols = SecurityProtocols.getInstance();
      protocols.addAuthenticationProtocol(new AuthHMAC192SHA256());
      protocols.addPrivacyProtocol(new PrivAES128());
      // Else a report about an unknown user or a wrong passphrase is protected with keys that the
      // asker does not
      // have: it sees a time-out where it should see its mistake.
      SNMP4JSettings.setReportSecurityLevelStrategy(
          SNMP4JSettings.ReportSecurityLevelStrategy.noAuthNoPrivIfNeeded);
    }
    var usm = new USM(protocols, new OctetString(identity.engineId()), identity.boots(), counters);
    usm.addUser(
        new UsmUser(
            octets(user.name()),
            AuthHMAC192SHA256.ID,
            octets(user.authPassphrase()),
            PrivAES128.ID,
            octets(user.privPassphrase())));
    return new MPv3(
        identity.engineId(),
        null,
        protocols,
        SecurityModels.getCollection(new SecurityModel[] {usm}),
        counters);
  }

  static OctetString octets(String s) {
    return new OctetString(s.getBytes(StandardCharsets.UTF_8));
  }
}
