package io.cade.engine.app;

import io.cade.engine.change.Decision;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Alarms about certificates that end soon or are of no use any more (SPEC P3): uploaded ones, which
 * only their owner can renew, and ordered ones whose successor does not come. Without state of its
 * own: the alarms that are active are the cabinet's.
 */
final class CertificateWatch {
  private final SiteCertificateCache certificates;

  CertificateWatch(SiteCertificateCache certificates) {
    this.certificates = certificates;
  }

  /** What there is to say, by service. Reads files: not for the writer's thread. */
  Map<String, String> troubles(Cabinet cabinet) {
    Map<String, String> troubles = new TreeMap<>();
    for (Service service : cabinet.services().values()) {
      certificates.trouble(service).ifPresent(text -> troubles.put(service.name(), text));
    }
    return troubles;
  }

  /** Raises what is new, says anew what has changed and clears what is over. */
  static Decision<Boolean> decide(Cabinet cabinet, Map<String, String> troubles) {
    List<Change> changes = new ArrayList<>();
    for (Alarm alarm : cabinet.alarms().values()) {
      // Those of cards are the conductor's.
      if (alarm.key().type() == AlarmType.CERTIFICATE_ENDING
          && alarm.key().source().startsWith(SOURCE)
          && !alarm.text().equals(troubles.get(service(alarm.key())))) {
        changes.add(new Change.AlarmCleared(alarm.key(), "another certificate is in use"));
      }
    }
    troubles.forEach((service, text) -> {
      AlarmKey key = key(service);
      Alarm active = cabinet.alarms().get(key);
      if (cabinet.services().containsKey(service)
          && (active == null || !active.text().equals(text))) {
        changes.add(new Change.AlarmRaised(key, key.type().severity(), text));
      }
    });
    return new Decision<>(changes, !changes.isEmpty());
  }

  static AlarmKey key(String service) {
    return new AlarmKey(AlarmType.CERTIFICATE_ENDING, SOURCE + service);
  }

  private static final String SOURCE = "service ";

  private static String service(AlarmKey key) {
    return key.source().substring(SOURCE.length());
  }
}
