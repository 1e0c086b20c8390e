package io.cade.engine.dhcp.decide;

import io.cade.engine.dhcp.wire.MessageType;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.util.List;

/** What a client is to get, and what has to be durable before it gets it. */
public sealed interface Verdict {
  /** For the counters. */
  Outcome outcome();

  /** To be durable before the answer leaves; often none. */
  List<Change> changes();

  /**
   * DHCPOFFER: nothing is promised yet, nothing is stored.
   *
   * @param probe whether somebody may use the address already, which is to be found out first (RFC
   *     2131 §3.1 step 2)
   */
  record Offer(Binding to, Duration leaseTime, boolean probe) implements Verdict {
    @Override
    public Outcome outcome() {
      return to instanceof Binding.Slot ? Outcome.OFFERED : Outcome.OFFERED_FROM_POOL;
    }

    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /**
   * DHCPACK.
   *
   * @param leaseTime from now
   * @param rapid it answers a DHCPDISCOVER (RFC 4039)
   */
  record Ack(Binding to, Duration leaseTime, Outcome outcome, List<Change> changes, boolean rapid)
      implements Verdict {
    public Ack {
      changes = List.copyOf(changes);
    }
  }

  /** BOOTREPLY to a client that does not speak DHCP (RFC 1534 §2). */
  record Bootp(Binding to, List<Change> changes) implements Verdict {
    public Bootp {
      changes = List.copyOf(changes);
    }

    @Override
    public Outcome outcome() {
      return Outcome.BOOTP_ANSWERED;
    }
  }

  /** DHCPACK to a DHCPINFORM: parameters without a lease (RFC 2131 §4.3.5). */
  record Inform(Binding to) implements Verdict {
    @Override
    public Outcome outcome() {
      return Outcome.INFORMED;
    }

    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /**
   * Where to boot from, for a client that has its address from elsewhere.
   *
   * @param type OFFER or ACK
   * @param known whether it is a card of this module
   */
  record BootOnly(MessageType type, boolean known) implements Verdict {
    @Override
    public Outcome outcome() {
      return Outcome.BOOT_ANSWERED;
    }

    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /**
   * DHCPNAK: the client has to begin anew.
   *
   * @param text for the client's log (option 56)
   */
  record Nak(Outcome outcome, String text) implements Verdict {
    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /** No answer. */
  record Silence(Outcome outcome, List<Change> changes) implements Verdict {
    public Silence {
      changes = List.copyOf(changes);
    }
  }
}
