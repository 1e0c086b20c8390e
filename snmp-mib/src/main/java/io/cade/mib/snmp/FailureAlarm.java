package io.cade.mib.snmp;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.event.AuthenticationFailureEvent;
import org.snmp4j.event.AuthenticationFailureListener;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.UdpAddress;

/**
 * Counts refused managers and passes them on, at most one a second: a flood of wrong communities
 * must not become a flood of alarms or of lines in a log. Owned by the SNMP thread.
 */
final class FailureAlarm implements AuthenticationFailureListener {
  private static final long INTERVAL_NANOS = 1_000_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(FailureAlarm.class);

  private final AuthenticationFailures listener;
  private final LongSupplier nanoTicker;
  private final AtomicLong total = new AtomicLong();
  private boolean told;
  private long toldNanos;

  FailureAlarm(AuthenticationFailures listener, LongSupplier nanoTicker) {
    this.listener = listener;
    this.nanoTicker = nanoTicker;
  }

  void refused(InetAddress source, AuthenticationFailures.Reason reason) {
    long count = total.incrementAndGet();
    long now = nanoTicker.getAsLong();
    if (told && now - toldNanos < INTERVAL_NANOS) {
      return;
    }
    told = true;
    toldNanos = now;
    try {
      listener.refused(new AuthenticationFailures.Failure(source, reason, count));
    } catch (RuntimeException e) {
      LOG.error("an SNMP authentication failure was not passed on", e);
    }
  }

  /** Of USM: those that are a manager's that is refused. Discovery is none. */
  @Override
  public <A extends Address> void authenticationFailure(AuthenticationFailureEvent<A> event) {
    if (event.getAddress() instanceof UdpAddress peer) {
      switch (event.getError()) {
        case SnmpConstants.SNMPv3_USM_UNKNOWN_SECURITY_NAME ->
            refused(peer.getInetAddress(), AuthenticationFailures.Reason.USER);
        case SnmpConstants.SNMPv3_USM_AUTHENTICATION_FAILURE,
            SnmpConstants.SNMPv3_USM_AUTHENTICATION_ERROR ->
            refused(peer.getInetAddress(), AuthenticationFailures.Reason.DIGEST);
        default -> {}
      }
    }
  }
}
