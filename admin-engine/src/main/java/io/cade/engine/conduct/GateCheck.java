package io.cade.engine.conduct;

import io.cade.agent.wire.ServicePorts;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.Setting;
import io.cade.agent.wire.StatusRanges;
import io.cade.engine.model.Service;
import java.time.Duration;
import java.util.List;

/**
 * What a card has to answer for a service before visitors come to it, and while it proves itself.
 * Immutable.
 *
 * @param host that is asked for; empty when the service has none
 * @param paths that are asked for, 1 to 4
 * @param status of good answers
 * @param text that has to be in them; empty for any
 * @param limit for an answer
 * @param requests good answers that are needed for each path through each proxy; 0: nothing is
 *     asked
 */
public record GateCheck(
    String host,
    List<String> paths,
    StatusRanges status,
    String text,
    Duration limit,
    int requests) {
  public GateCheck {
    paths = List.copyOf(paths);
  }

  /**
   * As the service's settings say. A service without pages is not asked for any: its agent has
   * waited for its greeting, and the proxies go on looking for it.
   */
  public static GateCheck of(Service service) {
    ServiceSettings settings = service.settings();
    String path = settings.text(Setting.GATE_PATH).orElse(Setting.OF_CHECK);
    List<String> paths =
        path.equals(Setting.OF_CHECK)
            ? List.of(settings.text(Setting.CHECK_PATH).orElse("/"))
            : List.of(path.split(" ", -1));
    List<String> hosts = service.definition().hosts();
    return new GateCheck(
        hosts.isEmpty() ? "" : hosts.getFirst(),
        paths,
        StatusRanges.parse(settings.text(Setting.GATE_STATUS).orElseThrow()),
        settings.text(Setting.GATE_TEXT).orElse(""),
        settings.duration(Setting.GATE_TIMEOUT).orElseThrow(),
        // No proxy has a route to a card of a stopped service.
        Routing.isStopped(service) || !ServicePorts.speaksHttp(service.definition().kind())
            ? 0
            : settings.number(Setting.GATE_REQUESTS).orElseThrow());
  }

  /** Whether there is anything to ask. */
  public boolean isOn() {
    return requests > 0 && !host.isEmpty();
  }
}
