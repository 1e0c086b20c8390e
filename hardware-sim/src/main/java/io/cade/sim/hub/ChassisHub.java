package io.cade.sim.hub;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.datagram.DatagramLoop;
import io.cade.engine.datagram.DatagramPort;
import io.cade.engine.datagram.Tally;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.sim.hub.RelayAgent.Relayed;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The hub of one chassis: two sockets and no state, so that twenty share one loop easily. Datagrams
 * above {@value #MAX_BYTES} bytes are dropped. Thread-safe; receives on the loop.
 */
public final class ChassisHub implements AutoCloseable {
  private static final int MAX_BYTES = 1472;

  private final int chassis;
  private final Backplane backplane;
  private final RelayAgent relay;
  private final Tally<HubOutcome> outcomes = new Tally<>(HubOutcome.class);
  private final CompletableFuture<DatagramPort> wire;
  private final CompletableFuture<DatagramPort> lan;

  private ChassisHub(DatagramLoop loop, int chassis, Backplane backplane) {
    this.chassis = chassis;
    this.backplane = backplane;
    InetSocketAddress address = backplane.hubLan(chassis);
    this.relay = new RelayAgent(chassis, Ipv4Address.of(address.getAddress()).orElseThrow());
    this.wire = loop.open(backplane.hubWire(chassis), MAX_BYTES, this::fromCard);
    this.lan = loop.open(address, MAX_BYTES, this::fromEngine);
  }

  /**
   * Connects a chassis.
   *
   * @param chassis 1 to {@link CardPosition#MAX_CHASSIS}
   * @return completes exceptionally with {@link java.net.BindException} when an address is in use
   */
  public static CompletableFuture<ChassisHub> connect(
      DatagramLoop loop, int chassis, Backplane backplane) {
    ChassisHub hub = new ChassisHub(loop, chassis, backplane);
    return hub.wire
        .thenCombine(hub.lan, (a, b) -> hub)
        .whenComplete((connected, failure) -> {
          if (failure != null) {
            hub.close();
          }
        });
  }

  /** How often each outcome came about. */
  public Map<HubOutcome, Long> outcomes() {
    return outcomes.all();
  }

  private void fromCard(InetSocketAddress from, byte[] datagram) {
    Optional<CardPosition> card = backplane.cardOnWire(chassis, from);
    if (card.isEmpty()) {
      outcomes.count(HubOutcome.DROPPED_UNKNOWN_SENDER);
      return;
    }
    pass(relay.fromCard(card.get(), datagram));
  }

  private void fromEngine(InetSocketAddress from, byte[] datagram) {
    if (!from.equals(backplane.engineDhcp())) {
      outcomes.count(HubOutcome.DROPPED_UNKNOWN_SENDER);
      return;
    }
    pass(relay.fromEngine(datagram));
  }

  private void pass(Relayed relayed) {
    switch (relayed) {
      case Relayed.ToEngine e -> {
        outcomes.count(HubOutcome.TO_ENGINE);
        var _ = lan.thenAccept(port -> port.send(e.datagram(), backplane.engineDhcp()));
      }
      case Relayed.ToCard c -> {
        outcomes.count(HubOutcome.TO_CARD);
        var _ = wire.thenAccept(port -> port.send(c.datagram(), backplane.cardWire(c.position())));
      }
      case Relayed.Dropped d -> outcomes.count(d.why());
    }
  }

  @Override
  public void close() {
    var _ = wire.thenAccept(DatagramPort::close);
    var _ = lan.thenAccept(DatagramPort::close);
  }
}
