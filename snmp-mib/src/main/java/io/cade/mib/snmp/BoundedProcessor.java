package io.cade.mib.snmp;

import org.snmp4j.CommandResponderEvent;
import org.snmp4j.agent.CommandProcessor;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.OctetString;

/**
 * Keeps responses within {@link SnmpAgent#MAX_MESSAGE_OCTETS}. An SNMPv3 manager may announce that
 * it takes 64 KiB: the answer would travel in 45 fragments, each a chance to lose all of it.
 */
final class BoundedProcessor extends CommandProcessor {
  /** Room for the header and security parameters around the PDU. */
  private static final int HEADER_OCTETS = 160;

  BoundedProcessor(OctetString contextEngineId) {
    super(contextEngineId);
  }

  @Override
  public <A extends Address> void processPdu(CommandResponderEvent<A> event) {
    event.setMaxSizeResponsePDU(
        Math.min(event.getMaxSizeResponsePDU(), SnmpAgent.MAX_MESSAGE_OCTETS - HEADER_OCTETS));
    super.processPdu(event);
  }
}
