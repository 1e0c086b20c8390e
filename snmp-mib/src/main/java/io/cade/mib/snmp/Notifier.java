package io.cade.mib.snmp;

import io.cade.mib.AlarmNotification;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.snmp4j.CommunityTarget;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.PDU;
import org.snmp4j.PDUv1;
import org.snmp4j.ScopedPDU;
import org.snmp4j.Session;
import org.snmp4j.Snmp;
import org.snmp4j.Target;
import org.snmp4j.UserTarget;
import org.snmp4j.event.ResponseEvent;
import org.snmp4j.event.ResponseListener;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv1;
import org.snmp4j.mp.MPv2c;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UdpAddress;
import org.snmp4j.transport.DefaultUdpTransportMapping;

/**
 * Sends notifications to one receiver (SPEC S2). It keeps none: the durable queue is the engine's,
 * which sends the next when it has the outcome of the last, or several at once.
 *
 * <p>Limits: at most {@value #MAX_OUTSTANDING} notifications wait for their acknowledgement; one
 * more fails at once. Two daemon threads: SNMP4J's listener and its timer. Outcomes are delivered
 * on one of them: a dependent action must be short or go to its own executor.
 *
 * <p>Thread-safe.
 */
public final class Notifier implements AutoCloseable {
  /** Notifications that may wait for their acknowledgement at once. */
  public static final int MAX_OUTSTANDING = 256;

  private final NotifierConfig config;
  private final Supplier<Duration> upTime;
  private final Snmp snmp;
  private final Semaphore free = new Semaphore(MAX_OUTSTANDING);
  private final Set<Acknowledgement> outstanding = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Opens a socket on a port of its own.
   *
   * @param upTime sysUpTime of the agent, see {@link SnmpAgent#upTime}
   * @throws IOException if no socket can be opened
   */
  public Notifier(NotifierConfig config, Supplier<Duration> upTime) throws IOException {
    this.config = config;
    this.upTime = upTime;
    var socket = new DefaultUdpTransportMapping();
    socket.setMaxInboundMessageSize(SnmpAgent.MAX_MESSAGE_OCTETS);
    var dispatcher = new MessageDispatcherImpl();
    switch (config.protocol()) {
      case NotifierConfig.Inform2c _, NotifierConfig.Trap2c _ ->
          dispatcher.addMessageProcessingModel(new MPv2c());
      case NotifierConfig.Trap1 _ -> dispatcher.addMessageProcessingModel(new MPv1());
      case NotifierConfig.Trap3 trap ->
          // The sender of a trap is the authoritative one: managers know it by the snmpEngineID
          // that they read from the agent.
          dispatcher.addMessageProcessingModel(
              Security.v3(
                  EngineIdentity.of(trap.stateFolder(), new SecureRandom()),
                  trap.user(),
                  new CounterSupport()));
      case NotifierConfig.Inform3 inform ->
          // The receiver's engine is the authoritative one for an inform (RFC 3414 section 1.5.1),
          // so that the
          // identity of this sender need not be kept.
          dispatcher.addMessageProcessingModel(
              Security.v3(
                  EngineIdentity.passing(new SecureRandom()), inform.user(), new CounterSupport()));
    }
    this.snmp = new Snmp(dispatcher, socket);
    snmp.listen();
    socket.setThreadName("snmp-notifier");
  }

  /**
   * Sends a notification.
   *
   * @return its outcome, never exceptional; a failure carries its reason
   */
  public CompletionStage<Delivery> send(AlarmNotification notification) {
    if (closed) {
      return failed("the notifier is closed");
    }
    PDU pdu = pdu(notification);
    if (pdu.getType() != PDU.INFORM) {
      return sendTrap(pdu);
    }
    if (!free.tryAcquire()) {
      return failed(MAX_OUTSTANDING + " notifications wait for their acknowledgement already");
    }
    var acknowledgement = new Acknowledgement();
    outstanding.add(acknowledgement);
    try {
      snmp.send(pdu, target(), null, acknowledgement);
    } catch (IOException | RuntimeException e) {
      acknowledgement.settle(notSent(e));
    }
    if (closed) { // closed while it was being sent: nobody would settle it
      acknowledgement.settle(new Delivery.Failed("the notifier is closed"));
    }
    return acknowledgement.result;
  }

  private CompletionStage<Delivery> sendTrap(PDU pdu) {
    try {
      snmp.send(pdu, target());
      return CompletableFuture.completedFuture(new Delivery.Unconfirmed());
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.completedFuture(notSent(e));
    }
  }

  private static CompletionStage<Delivery> failed(String reason) {
    return CompletableFuture.completedFuture(new Delivery.Failed(reason));
  }

  /** Without the slash that the JDK puts before an address without a name. */
  private String receiver() {
    return config.receiver().getAddress().getHostAddress() + ":" + config.receiver().getPort();
  }

  private Delivery notSent(Exception e) {
    return new Delivery.Failed("not sent to " + receiver() + ": " + e.getMessage());
  }

  private PDU pdu(AlarmNotification notification) {
    PDU pdu =
        switch (config.protocol()) {
          case NotifierConfig.Trap1 trap ->
              NotificationPdus.version1(notification, upTime.get(), trap.agent());
          case NotifierConfig.Inform2c _ -> typed(new PDU(), PDU.INFORM);
          case NotifierConfig.Trap2c _ -> typed(new PDU(), PDU.TRAP);
          case NotifierConfig.Inform3 _ -> typed(new ScopedPDU(), PDU.INFORM);
          case NotifierConfig.Trap3 _ -> typed(new ScopedPDU(), PDU.TRAP);
        };
    if (!(pdu instanceof PDUv1)) {
      NotificationPdus.fill(pdu, notification, upTime.get());
    }
    return pdu;
  }

  private static PDU typed(PDU pdu, int type) {
    pdu.setType(type);
    return pdu;
  }

  private Target<UdpAddress> target() {
    InetSocketAddress receiver = config.receiver();
    var address = new UdpAddress(receiver.getAddress(), receiver.getPort());
    Target<UdpAddress> target =
        switch (config.protocol()) {
          case NotifierConfig.Inform2c p ->
              community(address, p.community(), SnmpConstants.version2c);
          case NotifierConfig.Trap2c p ->
              community(address, p.community(), SnmpConstants.version2c);
          case NotifierConfig.Trap1 p -> community(address, p.community(), SnmpConstants.version1);
          case NotifierConfig.Inform3 p -> user(address, p.user());
          case NotifierConfig.Trap3 p -> user(address, p.user());
        };
    target.setTimeout(config.timeout().toMillis());
    target.setRetries(config.retries());
    return target;
  }

  private static Target<UdpAddress> user(UdpAddress address, SnmpUser user) {
    var target = new UserTarget<UdpAddress>();
    target.setAddress(address);
    target.setVersion(SnmpConstants.version3);
    target.setSecurityLevel(SecurityLevel.AUTH_PRIV);
    target.setSecurityName(Security.octets(user.name()));
    return target;
  }

  private static Target<UdpAddress> community(UdpAddress address, String community, int version) {
    OctetString name = Security.octets(community);
    var target = new CommunityTarget<UdpAddress>(address, name);
    target.setVersion(version);
    return target;
  }

  /** Closes the socket; what waits for an acknowledgement fails. */
  @Override
  public void close() {
    closed = true;
    try {
      snmp.close();
    } catch (IOException e) {
      // The socket is gone either way; there is nothing to save.
    }
    outstanding.forEach(o -> o.settle(new Delivery.Failed("the notifier is closed")));
  }

  /**
   * Waits for the response to one inform. Called on SNMP4J's listener or timer thread, at least
   * once.
   */
  private final class Acknowledgement implements ResponseListener {
    private final CompletableFuture<Delivery> result = new CompletableFuture<>();

    /**
     * The first outcome counts. The place is free before a dependent action of the outcome can want
     * it.
     */
    void settle(Delivery delivery) {
      if (outstanding.remove(this)) {
        free.release();
        result.complete(delivery);
      }
    }

    @Override
    public <A extends Address> void onResponse(ResponseEvent<A> event) {
      if (event.getSource() instanceof Session session) {
        session.cancel(event.getRequest(), this); // else SNMP4J keeps the request for good
      }
      settle(delivery(event));
    }

    private Delivery delivery(ResponseEvent<?> event) {
      PDU response = event.getResponse();
      if (response == null) {
        String why =
            event.getError() == null ? "no acknowledgement" : event.getError().getMessage();
        return new Delivery.Failed(
            why + " from " + receiver() + " in " + (config.retries() + 1) + " attempts");
      }
      if (response.getType() != PDU.RESPONSE || response.getErrorStatus() != PDU.noError) {
        return new Delivery.Failed(receiver() + " refused it: " + response.getErrorStatusText());
      }
      return new Delivery.Acknowledged();
    }
  }
}
