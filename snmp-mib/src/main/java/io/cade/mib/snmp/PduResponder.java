package io.cade.mib.snmp;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.CommandResponder;
import org.snmp4j.CommandResponderEvent;
import org.snmp4j.MessageException;
import org.snmp4j.PDU;
import org.snmp4j.PDUv1;
import org.snmp4j.ScopedPDU;
import org.snmp4j.mp.MPv3;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.mp.StateReference;
import org.snmp4j.mp.StatusInformation;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.Counter32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.smi.VariableBinding;

/**
 * The command responder (RFC 3413 section 3.2): who asks, what may be seen, what is answered.
 * Called on the SNMP thread; answers to SETs are sent from whichever thread made them durable.
 */
final class PduResponder implements CommandResponder {
  /** Most octets of all variable bindings of a response; the rest of the message is headers. */
  static final int MAX_BINDINGS_OCTETS = SnmpAgent.MAX_MESSAGE_OCTETS - 220;

  /** Headers of a PDU and of a scoped PDU, without its context. */
  private static final int PDU_HEADER_OCTETS = 48;

  private static final Logger LOG = LoggerFactory.getLogger(PduResponder.class);

  private final OctetString engineId;
  private final AccessPolicy policy;
  private final Subtrees subtrees;
  private final SetProcessor sets;
  private final AgentCounters counters;
  private final FailureAlarm alarm;

  PduResponder(
      EngineIdentity identity,
      AccessPolicy policy,
      Subtrees subtrees,
      SetProcessor sets,
      AgentCounters counters,
      FailureAlarm alarm) {
    this.engineId = new OctetString(identity.engineId());
    this.policy = policy;
    this.subtrees = subtrees;
    this.sets = sets;
    this.counters = counters;
    this.alarm = alarm;
  }

  @Override
  public <A extends Address> void processPdu(CommandResponderEvent<A> event) {
    event.setProcessed(true);
    PDU request = event.getPDU();
    boolean reads =
        request.getType() == PDU.GET
            || request.getType() == PDU.GETNEXT
            || (request.getType() == PDU.GETBULK && !(request instanceof PDUv1));
    if (!reads && request.getType() != PDU.SET) {
      OID counter = SnmpConstants.snmpUnknownPDUHandlers;
      Counter32 value = counters.count(counter);
      if (request.isConfirmedPdu()) {
        report(event, counter, value);
      }
      return;
    }
    if (request instanceof ScopedPDU scoped) {
      // Over TLS a manager learns the engine id by asking for it with the name that every engine
      // has
      // for itself (RFC 5343).
      OctetString context = scoped.getContextEngineID();
      if (!context.equals(engineId) && !context.equals(MPv3.LOCAL_ENGINE_ID)) {
        OID counter = SnmpConstants.snmpUnknownPDUHandlers;
        report(event, counter, counters.count(counter));
        return;
      }
      if (scoped.getContextName().length() > 0) {
        OID counter = SnmpConstants.snmpUnknownContexts;
        report(event, counter, counters.count(counter));
        return;
      }
    }
    Subject subject = policy.subjectOf(event);
    if (subject == null) {
      if (!(request instanceof ScopedPDU)) {
        // RFC 3584 section 5.2.1: silence
        counters.count(SnmpConstants.snmpInBadCommunityNames);
        if (event.getPeerAddress() instanceof UdpAddress peer) {
          alarm.refused(peer.getInetAddress(), AuthenticationFailures.Reason.COMMUNITY);
        }
        return;
      }
      send(event, error(request, PDU.authorizationError, 0));
      return;
    }
    if (reads) {
      int limit = limit(event);
      ReadProcessor.Result result =
          ReadProcessor.read(request, subtrees.reading(), subject.view(), limit);
      counters.request(request.getType(), request.size());
      send(
          event,
          result.error() == PDU.noError
              ? response(request, result.bindings())
              : error(request, result.error(), result.index()));
      return;
    }
    if (!(request instanceof ScopedPDU)) {
      counters.count(SnmpConstants.snmpInBadCommunityUses);
    }
    counters.request(request.getType(), request.size());
    sets.set(
        request,
        subtrees.reading(),
        subject,
        (error, index) ->
            send(
                event,
                error == PDU.noError
                    ? response(request, request.getVariableBindings())
                    : error(request, error, index)));
  }

  /** Octets for the variable bindings: what this agent allows itself and what the manager takes. */
  private static int limit(CommandResponderEvent<?> event) {
    if (!(event.getPDU() instanceof ScopedPDU scoped)) {
      return MAX_BINDINGS_OCTETS;
    }
    int context = scoped.getContextEngineID().length() + scoped.getContextName().length();
    return Math.min(
        MAX_BINDINGS_OCTETS, event.getMaxSizeResponsePDU() - PDU_HEADER_OCTETS - context);
  }

  private static PDU response(PDU request, List<? extends VariableBinding> bindings) {
    PDU response = emptyResponse(request);
    response.setVariableBindings(bindings);
    return response;
  }

  /** SNMPv1 and v2 say the variable bindings again with an error, but not when it is too big. */
  private static PDU error(PDU request, int error, int index) {
    PDU response = emptyResponse(request);
    boolean v1 = request instanceof PDUv1;
    response.setErrorStatus(v1 ? inV1(error) : error);
    response.setErrorIndex(index);
    if (error != PDU.tooBig || v1) {
      response.setVariableBindings(request.getVariableBindings());
    }
    return response;
  }

  /** RFC 3584 section 4.4. */
  private static int inV1(int error) {
    return switch (error) {
      case PDU.noError, PDU.tooBig, PDU.noSuchName, PDU.badValue, PDU.readOnly, PDU.genErr -> error;
      case PDU.wrongValue,
          PDU.wrongEncoding,
          PDU.wrongType,
          PDU.wrongLength,
          PDU.inconsistentValue ->
          PDU.badValue;
      case PDU.noAccess,
          PDU.notWritable,
          PDU.noCreation,
          PDU.inconsistentName,
          PDU.authorizationError ->
          PDU.noSuchName;
      default -> PDU.genErr;
    };
  }

  private static PDU emptyResponse(PDU request) {
    PDU response;
    if (request instanceof ScopedPDU scoped) {
      var answer = new ScopedPDU();
      answer.setContextEngineID(scoped.getContextEngineID());
      answer.setContextName(scoped.getContextName());
      response = answer;
    } else {
      response = request instanceof PDUv1 ? new PDUv1() : new PDU();
    }
    response.setType(PDU.RESPONSE);
    response.setRequestID(request.getRequestID());
    return response;
  }

  private <A extends Address> void report(
      CommandResponderEvent<A> event, OID counter, Counter32 value) {
    if (event.getPDU() instanceof ScopedPDU request) {
      var report = new ScopedPDU();
      report.setType(PDU.REPORT);
      report.setRequestID(request.getRequestID());
      report.setContextEngineID(request.getContextEngineID());
      report.setContextName(request.getContextName());
      report.add(new VariableBinding(counter, value));
      send(event, report);
    }
  }

  private <A extends Address> void send(CommandResponderEvent<A> event, PDU response) {
    StateReference<A> state = event.getStateReference();
    if (state == null) {
      return;
    }
    try {
      state.setTransportMapping(event.getTransportMapping());
      counters.response();
      event
          .getMessageDispatcher()
          .returnResponsePdu(
              event.getMessageProcessingModel(),
              event.getSecurityModel(),
              event.getSecurityName(),
              event.getSecurityLevel(),
              response,
              event.getMaxSizeResponsePDU(),
              state,
              new StatusInformation());
    } catch (MessageException e) {
      // The manager asks again; the port may be closed meanwhile.
      LOG.debug("no SNMP answer to {}", event.getPeerAddress(), e);
    }
  }
}
