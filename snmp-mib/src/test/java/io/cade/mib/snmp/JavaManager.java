package io.cade.mib.snmp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.snmp4j.CommunityTarget;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.Snmp;
import org.snmp4j.Target;
import org.snmp4j.UserTarget;
import org.snmp4j.event.ResponseEvent;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv2c;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.smi.Null;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.TimeTicks;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;
import org.snmp4j.transport.DefaultUdpTransportMapping;

/** A manager on SNMP4J, so that the agent is tested where no SNMP program is installed. */
final class JavaManager implements Manager {
  private static final int MAX_STEPS = 100_000;

  private final InetSocketAddress agent;
  private final List<Snmp> sessions = new ArrayList<>();

  JavaManager(InetSocketAddress agent) {
    this.agent = agent;
  }

  @Override
  public Answer get(As as, String... instances) {
    PDU pdu = pdu(as, PDU.GET);
    for (String instance : instances) {
      pdu.add(new VariableBinding(new OID(instance)));
    }
    return answer(exchange(as, pdu));
  }

  @Override
  public Answer setText(As as, String instance, String value) {
    PDU pdu = pdu(as, PDU.SET);
    pdu.add(new VariableBinding(new OID(instance), new OctetString(value)));
    return answer(exchange(as, pdu));
  }

  @Override
  public Answer walk(As as, String root) {
    return walk(as, root, PDU.GETNEXT);
  }

  @Override
  public Answer bulkWalk(As as, String root) {
    return walk(as, root, PDU.GETBULK);
  }

  private Answer walk(As as, String root, int type) {
    OID top = new OID(root);
    OID at = top;
    var entries = new ArrayList<Entry>();
    for (int step = 0; step < MAX_STEPS; step++) {
      PDU pdu = pdu(as, type);
      if (type == PDU.GETBULK) {
        pdu.setMaxRepetitions(25);
      }
      pdu.add(new VariableBinding(at));
      ResponseEvent<UdpAddress> event = exchange(as, pdu);
      Answer one = answer(event);
      if (one.error() != null) {
        return new Answer(entries, one.error());
      }
      PDU response = event.getResponse();
      for (VariableBinding binding : response.getVariableBindings()) {
        if (!binding.getOid().startsWith(top) || binding.getVariable() instanceof Null) {
          return new Answer(entries, null);
        }
        if (binding.getOid().compareTo(at) <= 0) {
          return new Answer(entries, "OID not increasing: " + binding.getOid());
        }
        entries.add(entry(binding));
        at = binding.getOid();
      }
    }
    return new Answer(entries, "walk does not end");
  }

  private static Answer answer(ResponseEvent<UdpAddress> event) {
    PDU response = event.getResponse();
    if (response == null) {
      return new Answer(
          List.of(), event.getError() == null ? "timeout" : event.getError().toString());
    }
    if (response.getType() == PDU.REPORT) {
      return new Answer(List.of(), "report " + response.get(0).getOid());
    }
    if (response.getErrorStatus() != PDU.noError) {
      return new Answer(List.of(), response.getErrorStatusText());
    }
    return new Answer(
        response.getVariableBindings().stream().map(JavaManager::entry).toList(), null);
  }

  private static Entry entry(VariableBinding binding) {
    Variable value = binding.getVariable();
    String text = value instanceof TimeTicks t ? Long.toString(t.toLong()) : value.toString();
    return new Entry(binding.getOid().toDottedString(), text);
  }

  private ResponseEvent<UdpAddress> exchange(As as, PDU pdu) {
    try {
      return session(as).send(pdu, target(as));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A session of its own for each: what one has learnt of the agent must not help the next. */
  private Snmp session(As as) throws IOException {
    var dispatcher = new MessageDispatcherImpl();
    dispatcher.addMessageProcessingModel(new MPv2c());
    SnmpUser known = AgentContract.USER;
    SnmpUser user =
        switch (as) {
          case USER_WITH_WRONG_PASSPHRASE ->
              new SnmpUser(known.name(), "not the passphrase", known.privPassphrase());
          case UNKNOWN_USER ->
              new SnmpUser("stranger", known.authPassphrase(), known.privPassphrase());
          case COMMUNITY, WRONG_COMMUNITY, USER, USER_WITHOUT_PRIVACY -> known;
        };
    dispatcher.addMessageProcessingModel(
        Security.v3(EngineIdentity.passing(new SecureRandom()), user, new CounterSupport()));
    if (!sessions.isEmpty() && as == lastAs) {
      return sessions.getLast();
    }
    var snmp = new Snmp(dispatcher, new DefaultUdpTransportMapping());
    snmp.listen();
    sessions.add(snmp);
    lastAs = as;
    return snmp;
  }

  private As lastAs = As.COMMUNITY;

  private Target<UdpAddress> target(As as) {
    var address = new UdpAddress(agent.getAddress(), agent.getPort());
    Target<UdpAddress> target;
    if (as == As.COMMUNITY || as == As.WRONG_COMMUNITY) {
      String community = as == As.COMMUNITY ? AgentContract.COMMUNITY : "guess";
      target = new CommunityTarget<>(address, new OctetString(community));
      target.setVersion(SnmpConstants.version2c);
    } else {
      var user = new UserTarget<UdpAddress>();
      user.setAddress(address);
      user.setVersion(SnmpConstants.version3);
      user.setSecurityLevel(
          as == As.USER_WITHOUT_PRIVACY ? SecurityLevel.AUTH_NOPRIV : SecurityLevel.AUTH_PRIV);
      user.setSecurityName(
          new OctetString(as == As.UNKNOWN_USER ? "stranger" : AgentContract.USER.name()));
      target = user;
    }
    target.setTimeout(as == As.WRONG_COMMUNITY ? 300 : 3000);
    target.setRetries(0);
    return target;
  }

  private static PDU pdu(As as, int type) {
    PDU pdu = as == As.COMMUNITY || as == As.WRONG_COMMUNITY ? new PDU() : new ScopedPDU();
    pdu.setType(type);
    return pdu;
  }

  @Override
  public void close() throws IOException {
    for (Snmp session : sessions) {
      session.close();
    }
  }
}
