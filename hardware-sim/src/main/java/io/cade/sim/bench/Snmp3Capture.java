package io.cade.sim.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.Snmp;
import org.snmp4j.TransportStateReference;
import org.snmp4j.UserTarget;
import org.snmp4j.mp.MPv3;
import org.snmp4j.security.AuthHMAC192SHA256;
import org.snmp4j.security.PrivAES128;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.security.SecurityProtocols;
import org.snmp4j.security.USM;
import org.snmp4j.security.UsmUser;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.smi.VariableBinding;
import org.snmp4j.transport.DefaultUdpTransportMapping;

/**
 * Makes SNMPv3 requests with authPriv (SHA-256, AES-128) that an agent has answered once, to be
 * sent again within the 150 seconds that they are good for (RFC 3414 section 2.2.3).
 */
final class Snmp3Capture {
  private Snmp3Capture() {}

  /** Keeps what it sends. */
  private static final class Keeping extends DefaultUdpTransportMapping {
    private byte @Nullable [] last;

    Keeping() throws IOException {
      super(new UdpAddress("127.0.0.1/0"));
    }

    @Override
    public void sendMessage(
        UdpAddress targetAddress,
        byte[] message,
        TransportStateReference tmStateReference,
        long timeoutMillis,
        int maxRetries)
        throws IOException {
      last = message;
      super.sendMessage(targetAddress, message, tmStateReference, timeoutMillis, maxRetries);
    }
  }

  /**
   * Gets each instance once.
   *
   * @throws IOException if one is not answered with its value
   */
  static List<byte[]> gets(InetSocketAddress agent, String user, String passphrase, List<OID> oids)
      throws IOException {
    SecurityProtocols protocols = SecurityProtocols.getInstance();
    protocols.addAuthenticationProtocol(new AuthHMAC192SHA256());
    protocols.addPrivacyProtocol(new PrivAES128());
    var usm = new USM(protocols, new OctetString(MPv3.createLocalEngineID()), 0);
    usm.addUser(
        new UsmUser(
            new OctetString(user),
            AuthHMAC192SHA256.ID,
            new OctetString(passphrase),
            PrivAES128.ID,
            new OctetString(passphrase)));
    var transport = new Keeping();
    try (var snmp = new Snmp(transport)) {
      snmp.getMessageDispatcher()
          .removeMessageProcessingModel(snmp.getMessageProcessingModel(MPv3.ID));
      snmp.getMessageDispatcher().addMessageProcessingModel(new MPv3(usm));
      snmp.listen();
      var target = new UserTarget<UdpAddress>();
      target.setAddress(new UdpAddress(agent.getAddress(), agent.getPort()));
      target.setVersion(org.snmp4j.mp.SnmpConstants.version3);
      target.setSecurityLevel(SecurityLevel.AUTH_PRIV);
      target.setSecurityName(new OctetString(user));
      target.setTimeout(2000);
      target.setRetries(2);
      var kept = new ArrayList<byte[]>();
      for (OID oid : oids) {
        var pdu = new ScopedPDU();
        pdu.setType(PDU.GET);
        pdu.add(new VariableBinding(oid));
        PDU response = snmp.send(pdu, target).getResponse();
        byte[] sent = transport.last;
        if (response == null
            || response.getType() != PDU.RESPONSE
            || response.getErrorStatus() != PDU.noError
            || response.get(0).isException()
            || sent == null) {
          throw new IOException("no SNMPv3 answer from " + agent + ": " + response);
        }
        kept.add(sent.clone());
      }
      return kept;
    }
  }
}
