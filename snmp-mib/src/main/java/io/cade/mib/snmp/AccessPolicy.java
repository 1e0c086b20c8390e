package io.cade.mib.snmp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.snmp4j.agent.mo.snmp.CoexistenceInfo;
import org.snmp4j.agent.mo.snmp.CoexistenceInfoProvider;
import org.snmp4j.agent.security.VACM;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;

/**
 * Who may do what (RFC 3415, RFC 3584): the community and the SNMPv3 user may read everything that
 * is served, nobody may write, and a request below authPriv by the SNMPv3 user gets nothing.
 * Immutable.
 */
final class AccessPolicy implements VACM, CoexistenceInfoProvider {
  private static final OctetString READ_VIEW = new OctetString("read");
  private static final OctetString COMMUNITY_NAME = new OctetString("community");

  private final byte[] community;
  private final OctetString user;
  private final OctetString engineId;

  AccessPolicy(String community, SnmpUser user, EngineIdentity identity) {
    this.community = community.getBytes(StandardCharsets.UTF_8);
    this.user = Security.octets(user.name());
    this.engineId = new OctetString(identity.engineId());
  }

  // ---- RFC 3584: from community to security name ----

  /**
   * Null for a wrong community: the request is counted and gets no answer (RFC 3584 section 5.2.1).
   */
  @Override
  public CoexistenceInfo @Nullable [] getCoexistenceInfo(OctetString candidate) {
    // In constant time: how much of a guess is right must not be measurable.
    boolean right = MessageDigest.isEqual(community, candidate.getValue());
    return right && community.length > 0
        ? new CoexistenceInfo[] {new CoexistenceInfo(COMMUNITY_NAME, engineId, new OctetString())}
        : null;
  }

  @Override
  public @Nullable OctetString getCommunity(
      OctetString securityName, OctetString contextEngineId, OctetString contextName) {
    return null; // only asked by senders of notifications, which is not done here
  }

  @Override
  public boolean passesFilter(Address address, CoexistenceInfo coexistenceInfo) {
    return true;
  }

  // ---- RFC 3415 ----

  @Override
  public @Nullable OctetString getViewName(
      OctetString context,
      OctetString securityName,
      int securityModel,
      int securityLevel,
      int viewType) {
    boolean known =
        switch (securityModel) {
          case SecurityModel.SECURITY_MODEL_SNMPv2c -> securityName.equals(COMMUNITY_NAME);
          case SecurityModel.SECURITY_MODEL_USM ->
              securityName.equals(user) && securityLevel >= SecurityLevel.AUTH_PRIV;
          default -> false;
        };
    return known && hasContext(context) && viewType == VIEW_READ ? READ_VIEW : null;
  }

  @Override
  public int isAccessAllowed(
      OctetString context,
      OctetString securityName,
      int securityModel,
      int securityLevel,
      int viewType,
      OID oid) {
    OctetString view = getViewName(context, securityName, securityModel, securityLevel, viewType);
    return view == null ? VACM_NO_SUCH_VIEW : isAccessAllowed(view, oid);
  }

  @Override
  public int isAccessAllowed(OctetString viewName, OID oid) {
    return READ_VIEW.equals(viewName) ? VACM_OK : VACM_NO_SUCH_VIEW;
  }

  /** Only the default context. */
  @Override
  public boolean hasContext(OctetString context) {
    return context.length() == 0;
  }
}
