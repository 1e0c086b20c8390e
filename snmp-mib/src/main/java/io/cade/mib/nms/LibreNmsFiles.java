package io.cade.mib.nms;

import static io.cade.mib.nms.PrometheusFiles.map;

import java.util.ArrayList;
import java.util.List;

/**
 * LibreNMS' two files about an operating system: how to know one, and what to read of it. Sensors
 * of temperature, speed and so on come to LibreNMS through ENTITY-SENSOR-MIB without any file.
 */
final class LibreNmsFiles {
  private final Mib mib;

  LibreNmsFiles(Mib mib) {
    this.mib = mib;
  }

  String detection() {
    return Yaml.document(
        "LibreNMS: how to know a Cade server module; made from the MIB files by './cade mibs'.",
        map(
            "os",
            "cade",
            "text",
            "Cade server module",
            "type",
            "server",
            "icon",
            "generic",
            "mib_dir",
            List.of("cade"),
            "discovery",
            List.of(map("sysObjectID", List.of("." + mib.oids().get("cadeServerModule"))))));
  }

  String discovery() {
    var states = new ArrayList<Object>();
    for (Mib.Table table : mib.tables().stream().filter(NmsFiles::isWatched).toList()) {
      for (Mib.Item column : table.readable()) {
        if (Health.isTold(column)) {
          states.add(state(table, column));
        }
      }
    }
    var counts = new ArrayList<Object>();
    for (Mib.Item scalar : mib.scalars()) {
      if (scalar.kind() == Mib.Kind.GAUGE && scalar.syntax().equals("Gauge32")) {
        counts.add(
            map(
                "oid",
                scalar.module() + "::" + scalar.name(),
                "value",
                scalar.module() + "::" + scalar.name(),
                "num_oid",
                "." + scalar.oid() + ".{{ $index }}",
                "descr",
                NmsFiles.capitalised(NmsFiles.words(scalar.name())),
                "index",
                scalar.name() + ".{{ $index }}"));
      }
    }
    return Yaml.document(
        "LibreNMS: what to read of a Cade server module; made from the MIB files by './cade mibs'.",
        map(
            "mib",
            String.join(":", mib.modules()),
            "modules",
            map(
                "os",
                map(
                    "version",
                    "CADE-CABINET-MIB::cadeCabinetSoftwareVersion.0",
                    "sysName",
                    "CADE-CABINET-MIB::cadeCabinetName.0"),
                "sensors",
                map("count", map("data", counts), "state", map("data", states)))));
  }

  private static Object state(Mib.Table table, Mib.Item column) {
    Mib.Item label = table.label();
    String row = NmsFiles.capitalised(NmsFiles.words(table.name().replaceFirst("Table$", "")));
    String named = label == null ? "" : " {{ $" + label.module() + "::" + label.name() + " }}";
    var states = new ArrayList<Object>();
    column
        .values()
        .forEach((number, word) ->
            states.add(
                map(
                    "value",
                    number,
                    "descr",
                    word,
                    "graph",
                    1,
                    "generic",
                    switch (Health.of(word)) {
                      case GOOD -> 0;
                      case WARNING -> 1;
                      case BAD -> 2;
                      case NEUTRAL -> 3;
                    })));
    return map(
        "oid",
        table.module() + "::" + table.name(),
        "value",
        column.module() + "::" + column.name(),
        "num_oid",
        "." + column.oid() + ".{{ $index }}",
        "descr",
        row + " {{ $index }}" + named + " " + NmsFiles.words(column.name()),
        "group",
        row,
        "index",
        column.name() + ".{{ $index }}",
        "state_name",
        column.name(),
        "states",
        states);
  }
}
