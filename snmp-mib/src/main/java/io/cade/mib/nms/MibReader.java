package io.cade.mib.nms;

import io.cade.mib.smi.Smi;
import io.cade.mib.smi.SmiConvention;
import io.cade.mib.smi.SmiDefinition;
import io.cade.mib.smi.SmiModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sorts what the project's MIB files define into tables, scalars and notifications. */
final class MibReader {
  private final List<SmiModule> modules;
  private final Map<String, SmiDefinition> definitions = new LinkedHashMap<>();
  private final Map<String, Map<Integer, String>> conventions = new HashMap<>();
  private final Map<String, String> oids;

  private MibReader(List<SmiModule> modules) {
    this.modules = modules;
    oids = Smi.oids(modules);
    for (SmiModule module : modules) {
      module.definitions().forEach(d -> definitions.put(d.name(), d));
      for (SmiConvention convention : module.conventions()) {
        conventions.put(convention.name(), convention.values());
      }
    }
  }

  /**
   * Reads all modules at once.
   *
   * @throws IllegalArgumentException naming what could not be read
   */
  static Mib read(List<String> texts) {
    return new MibReader(texts.stream().map(Smi::module).toList()).mib();
  }

  private Mib mib() {
    var scalars = new ArrayList<Mib.Item>();
    var tables = new ArrayList<Mib.Table>();
    var notifications = new ArrayList<Mib.Notification>();
    for (SmiDefinition d : definitions.values()) {
      if (d.macro().equals("NOTIFICATION-TYPE")) {
        notifications.add(
            new Mib.Notification(
                d.module(), d.name(), oid(d), d.names("OBJECTS"), text(d, "DESCRIPTION")));
      } else if (d.macro().equals("OBJECT-TYPE")) {
        if (d.isTable()) {
          tables.add(table(d));
        } else if (d.isReadable() && !isEntry(definitions.get(d.parent()))) {
          scalars.add(item(d));
        }
      }
    }
    return new Mib(
        modules.stream().map(SmiModule::name).toList(), scalars, tables, notifications, oids);
  }

  private Mib.Table table(SmiDefinition d) {
    SmiDefinition entry =
        definitions.values().stream()
            .filter(e -> e.parent().equals(d.name()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(d.name() + " has no row"));
    List<Mib.Item> columns =
        definitions.values().stream()
            .filter(c -> c.parent().equals(entry.name()))
            .map(this::item)
            .toList();
    List<String> index = entry.names("INDEX");
    if (index.isEmpty()) {
      SmiDefinition other = definitions.get(entry.names("AUGMENTS").getFirst());
      if (other == null) {
        throw new IllegalArgumentException(entry.name() + " augments an unknown row");
      }
      index = other.names("INDEX");
    }
    return new Mib.Table(
        d.module(), d.name(), oid(d), oid(entry), index, columns, text(d, "DESCRIPTION"));
  }

  private Mib.Item item(SmiDefinition d) {
    String type = d.word("SYNTAX");
    boolean two = type.equals("OBJECT") || type.equals("OCTET");
    String syntax = two ? d.clause("SYNTAX").replaceFirst("^(\\S+ \\S+).*", "$1") : type;
    Map<Integer, String> values = d.values();
    if (values.isEmpty()) {
      values = conventions.getOrDefault(type, Map.of());
    }
    return new Mib.Item(
        d.module(),
        d.name(),
        oid(d),
        syntax,
        kind(syntax, values),
        values,
        text(d, "UNITS"),
        d.word("MAX-ACCESS"),
        text(d, "DESCRIPTION"));
  }

  private static Mib.Kind kind(String syntax, Map<Integer, String> values) {
    if (!values.isEmpty() || syntax.equals("TruthValue") || syntax.equals("RowStatus")) {
      return Mib.Kind.ENUMERATION;
    }
    return switch (syntax) {
      case "Counter32", "Counter64", "ZeroBasedCounter64" -> Mib.Kind.COUNTER;
      case "Integer32", "Unsigned32", "Gauge32", "CounterBasedGauge64", "INTEGER", "TestAndIncr" ->
          Mib.Kind.GAUGE;
      case "TimeTicks", "TimeStamp" -> Mib.Kind.TICKS;
      case "DisplayString", "SnmpAdminString" -> Mib.Kind.TEXT;
      case "DateAndTime" -> Mib.Kind.DATE;
      case "MacAddress" -> Mib.Kind.MAC;
      case "OBJECT IDENTIFIER", "AutonomousType", "RowPointer", "VariablePointer" -> Mib.Kind.OID;
      case "InetAddress", "OCTET STRING", "PhysAddress", "SnmpEngineID", "TAddress", "BITS" ->
          Mib.Kind.OCTETS;
      case "InetAddressType" -> Mib.Kind.GAUGE;
      default -> throw new IllegalArgumentException("what kind of value is " + syntax + "?");
    };
  }

  private boolean isEntry(@Nullable SmiDefinition d) {
    SmiDefinition parent = d == null ? null : definitions.get(d.parent());
    return parent != null && parent.isTable();
  }

  private String oid(SmiDefinition d) {
    return oids.getOrDefault(d.name(), "");
  }

  /** The text of a clause, its lines joined where only the margin broke them. */
  private static String text(SmiDefinition d, String clause) {
    return d.text(clause).replaceAll("[ \t]*\n[ \t]*", "\n").strip();
  }
}
