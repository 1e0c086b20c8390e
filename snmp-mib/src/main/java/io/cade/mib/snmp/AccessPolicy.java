package io.cade.mib.snmp;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snmp4j.CommandResponderEvent;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.TlsAddress;
import org.snmp4j.smi.UdpAddress;

/**
 * Who may do what (RFC 3415, RFC 3584): communities read their view, SNMPv3 users with authPriv
 * read theirs and write what their role may, and nobody else gets anything. Immutable.
 */
final class AccessPolicy {
  private record Known(OctetString name, SnmpCommunity community, Subject subject) {}

  private final List<Known> communities = new ArrayList<>();
  private final Map<OctetString, Subject> users = new HashMap<>();
  private final Map<OctetString, Subject> tlsUsers = new HashMap<>();

  AccessPolicy(List<SnmpCommunity> communities, List<SnmpUser> users, List<SnmpTlsUser> tlsUsers) {
    for (SnmpCommunity c : communities) {
      String name = "community " + (this.communities.size() + 1);
      this.communities.add(
          new Known(Security.octets(c.name()), c, new Subject(name, View.of(c.role()), false)));
    }
    for (SnmpUser user : users) {
      this.users.put(
          Security.octets(user.name()), new Subject(user.name(), View.of(user.role()), true));
    }
    for (SnmpTlsUser user : tlsUsers) {
      this.tlsUsers.put(
          Security.octets(user.name()), new Subject(user.name(), View.of(user.role()), true));
    }
  }

  /** Null for who is refused. */
  @Nullable Subject subjectOf(CommandResponderEvent<?> event) {
    int model = event.getSecurityModel();
    byte[] name = event.getSecurityName();
    if (model == SecurityModel.SECURITY_MODEL_SNMPv1
        || model == SecurityModel.SECURITY_MODEL_SNMPv2c) {
      if (event.getPeerAddress() instanceof UdpAddress peer) {
        return community(name, 0, name.length, peer.getInetAddress());
      }
    } else if (model == SecurityModel.SECURITY_MODEL_USM
        && event.getPeerAddress() instanceof UdpAddress
        && event.getSecurityLevel() >= SecurityLevel.AUTH_PRIV) {
      return user(new OctetString(name));
    } else if (model == SecurityModel.SECURITY_MODEL_TSM
        && event.getPeerAddress() instanceof TlsAddress
        && event.getSecurityLevel() >= SecurityLevel.AUTH_PRIV) {
      return tlsUsers.get(new OctetString(name));
    }
    return null;
  }

  /**
   * Whose community it is, null if nobody's. In constant time over all communities: how much of a
   * guess is right must not be measurable.
   */
  @Nullable Subject community(byte[] octets, int offset, int length, InetAddress source) {
    byte[] candidate = java.util.Arrays.copyOfRange(octets, offset, offset + length);
    Subject subject = null;
    for (Known known : communities) {
      if (MessageDigest.isEqual(known.name.getValue(), candidate)
          && known.community.servesFrom(source)) {
        subject = known.subject;
      }
    }
    return subject;
  }

  @Nullable Subject user(OctetString name) {
    return users.get(name);
  }
}
