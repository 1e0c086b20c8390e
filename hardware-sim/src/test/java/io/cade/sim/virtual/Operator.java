package io.cade.sim.virtual;

import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.NewService;
import io.cade.engine.operate.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Wants its services to be there: orders them, deletes those that failed, takes note of alarms. */
final class Operator {
  private static final Caller CALLER = new Caller("noc", Role.OPERATOR);
  private static final Duration ROUND = Duration.ofSeconds(2);
  private static final long PATIENCE_ROUNDS = 5;

  private final Rack rack;
  private final Layout layout;
  private final Map<String, Long> ordered = new HashMap<>();
  private long rounds;

  Operator(Rack rack, Layout layout) {
    this.rack = rack;
    this.layout = layout;
  }

  void begin() {
    rack.network().schedule(ROUND, this::round);
  }

  private void round() {
    rounds++;
    VirtualEngine engine = rack.engine();
    if (engine != null) {
      Cabinet cabinet = engine.writer().current();
      for (String name : layout.services()) {
        Service service = cabinet.services().get(name);
        boolean waits = rounds - ordered.getOrDefault(name, -PATIENCE_ROUNDS) < PATIENCE_ROUNDS;
        if (service == null && !waits) {
          ordered.put(name, rounds);
          order(engine, name);
        } else if (service != null && service.phase() == ServicePhase.FAILED) {
          delete(engine, name);
        }
      }
      for (Alarm alarm : cabinet.alarms().values()) {
        AlarmType type = alarm.key().type();
        if (type == AlarmType.CARD_MOVED || type == AlarmType.DUPLICATE_MAC) {
          var _ = engine.operations().acknowledge(CALLER, alarm.sequence());
        }
      }
    }
    rack.network().schedule(ROUND, this::round);
  }

  private void order(VirtualEngine engine, String name) {
    try {
      Path upload = engine.operations().newUpload();
      try (ZipOutputStream zip =
          new ZipOutputStream(
              Files.newOutputStream(
                  upload, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING))) {
        ZipEntry entry = new ZipEntry("index.html");
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(("<p>" + name).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      rack.trace().add("OPERATOR orders " + name);
      var _ =
          engine
              .operations()
              .createService(
                  CALLER,
                  new NewService(
                      name,
                      "static-site",
                      List.of("www." + name + ".example"),
                      layout.cardsPerService(),
                      impatient(name)),
                  upload);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every other service does not wait for the technician. */
  private Map<String, String> impatient(String name) {
    return layout.services().indexOf(name) % 2 == 0 ? Map.of() : Map.of("replace-after", "12s");
  }

  void delete(VirtualEngine engine, String name) {
    rack.trace().add("OPERATOR deletes " + name);
    var _ = engine.operations().deleteService(CALLER, name);
  }
}
