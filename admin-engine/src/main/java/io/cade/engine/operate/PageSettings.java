package io.cade.engine.operate;

import io.cade.agent.wire.ServicePorts;
import io.cade.agent.wire.Setting;
import io.cade.engine.change.Refusal;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Settings about pages, which nobody is to believe in where a service has none. Pure. */
final class PageSettings {
  private static final Set<Setting> ALL =
      EnumSet.of(
          Setting.AFFINITY,
          Setting.AFFINITY_COOKIE,
          Setting.AFFINITY_TIME,
          Setting.CHECK,
          Setting.CHECK_PATH,
          Setting.CHECK_HOST,
          Setting.CARD_LOAD,
          Setting.GATE_PATH,
          Setting.GATE_STATUS,
          Setting.GATE_TEXT,
          Setting.GATE_TIMEOUT,
          Setting.GATE_REQUESTS);

  private PageSettings() {}

  /**
   * Lets pass what means something for services of the kind.
   *
   * @param changes by key; an empty value goes back to the default, which is no harm
   * @throws Refusal INVALID naming all that do not
   */
  static void require(String kind, Map<String, String> changes) throws Refusal {
    if (ServicePorts.speaksHttp(kind)) {
      return;
    }
    List<String> wrong =
        ALL.stream()
            .map(Setting::key)
            .filter(key -> !changes.getOrDefault(key, "").isEmpty())
            .toList();
    if (!wrong.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "a service of kind "
              + kind
              + " has no pages: leave out "
              + String.join(", ", wrong)
              + "; it is judged by its greeting");
    }
  }
}
