package io.cade.sim.virtual;

import io.cade.agent.wire.RouteSnapshot;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.gateway.AgentGateway;
import io.cade.engine.log.ChangeLog;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Where a test may break the engine on purpose, to prove that the checks notice.
 *
 * @param log between writer and disk
 * @param dhcpWriter the writer as DHCP sees it
 * @param gateway between agents and engine
 * @param routes routes as proxies would see them, from the newest true ones
 */
record Sabotage(
    UnaryOperator<ChangeLog> log,
    UnaryOperator<ChangeWriter> dhcpWriter,
    BiFunction<AgentGateway, ChangeWriter, AgentGateway> gateway,
    Supplier<UnaryOperator<RouteSnapshot>> routes) {
  static Sabotage none() {
    return new Sabotage(
        UnaryOperator.identity(),
        UnaryOperator.identity(),
        (gateway, writer) -> gateway,
        UnaryOperator::identity);
  }

  Sabotage withLog(UnaryOperator<ChangeLog> broken) {
    return new Sabotage(broken, dhcpWriter, gateway, routes);
  }

  Sabotage withDhcpWriter(UnaryOperator<ChangeWriter> broken) {
    return new Sabotage(log, broken, gateway, routes);
  }

  Sabotage withGateway(BiFunction<AgentGateway, ChangeWriter, AgentGateway> broken) {
    return new Sabotage(log, dhcpWriter, broken, routes);
  }

  Sabotage withRoutes(Supplier<UnaryOperator<RouteSnapshot>> broken) {
    return new Sabotage(log, dhcpWriter, gateway, broken);
  }
}
