package io.cade.engine.dhcp.decide;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.util.List;

/** What a client is to get, and what has to be durable before it gets it. */
public sealed interface Verdict {
  /** For the counters. */
  Outcome outcome();

  /** To be durable before the answer leaves; often none. */
  List<Change> changes();

  /** DHCPOFFER: nothing is promised yet, nothing is stored. */
  record Offer(CardPosition position, Ipv4Address address, Duration leaseTime) implements Verdict {
    @Override
    public Outcome outcome() {
      return Outcome.OFFERED;
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
   */
  record Ack(
      CardPosition position,
      Ipv4Address address,
      Duration leaseTime,
      Outcome outcome,
      List<Change> changes)
      implements Verdict {
    public Ack {
      changes = List.copyOf(changes);
    }
  }

  /** DHCPACK to a DHCPINFORM: parameters without a lease (RFC 2131 §4.3.5). */
  record Inform(CardPosition position) implements Verdict {
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
