package io.cade.mib.nms;

import static io.cade.mib.nms.PrometheusFiles.map;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template for Zabbix 6.0 and later: items for the scalars, a discovery rule with item prototypes
 * for each table, triggers where a state tells health, and an item for the notifications.
 */
final class ZabbixTemplate {
  private static final String NAME = "Cade server module by SNMP";

  private static final String GROUP_NAME = "Templates/Network devices";

  /** A group that every Zabbix has, under the id that it has there. */
  private static final Map<String, Object> GROUP =
      map("uuid", "36bff6c29af64692839d077febfc7079", "name", GROUP_NAME);

  private final Mib mib;
  private final Map<String, Object> valueMaps = new LinkedHashMap<>();

  ZabbixTemplate(Mib mib) {
    this.mib = mib;
  }

  String template() {
    var items = new ArrayList<Object>();
    items.add(notifications());
    for (Mib.Item scalar : mib.scalars()) {
      items.add(item(scalar, scalar.name(), "", ".0", false));
    }
    List<Object> rules =
        mib.tables().stream().filter(NmsFiles::isWatched).<Object>map(this::discovery).toList();
    var template =
        map(
            "uuid",
            uuid("template"),
            "template",
            NAME,
            "name",
            NAME,
            "description",
            "Made from the MIB files by './cade mibs'. The host needs an SNMP interface"
                + " (SNMPv3 authPriv); the notifications need snmptrapd with Zabbix' receiver.",
            "groups",
            List.of(map("name", GROUP_NAME)),
            "items",
            items,
            "discovery_rules",
            rules,
            "tags",
            List.of(tag("class", "hardware"), tag("target", "cade")),
            "valuemaps",
            List.copyOf(valueMaps.values()));
    return Yaml.document(
        "Zabbix template; import it under Data collection, Templates.",
        map(
            "zabbix_export",
            map(
                "version",
                "6.0",
                "date",
                "2026-11-21T00:00:00Z",
                "groups",
                List.of(GROUP),
                "templates",
                List.of(template))));
  }

  private Map<String, Object> notifications() {
    String pattern = mib.oids().getOrDefault("cadeEnterprise", "").replace(".", "\\.");
    return map(
        "uuid",
        uuid("notifications"),
        "name",
        "Notifications",
        "type",
        "SNMP_TRAP",
        "key",
        "snmptrap[\"" + pattern + "\"]",
        "delay",
        "0",
        "history",
        "90d",
        "trends",
        "0",
        "value_type",
        "LOG",
        "description",
        "Every notification of the module.",
        "tags",
        List.of(tag("component", "alarms")));
  }

  private Map<String, Object> discovery(Mib.Table table) {
    Mib.Item label = table.label();
    Mib.Item precision = precision(table);
    var macros = new ArrayList<String>();
    List<Mib.Item> columns = table.readable();
    if (label != null) {
      macros.add("{#LABEL}," + label.oid());
    } else {
      macros.add("{#FIRST}," + columns.getFirst().oid());
    }
    if (precision != null) {
      macros.add("{#PRECISION}," + precision.oid());
    }
    String row =
        NmsFiles.words(table.name().replaceFirst("Table$", ""))
            + (label == null ? " {#SNMPINDEX}" : " {#SNMPINDEX} {#LABEL}");
    List<Object> prototypes =
        columns.stream()
            .<Object>map(c ->
                item(
                    c,
                    row + ": " + c.name(),
                    "[{#SNMPINDEX}]",
                    ".{#SNMPINDEX}",
                    precision != null && NmsFiles.isScaled(c)))
            .toList();
    return map(
        "uuid",
        uuid(table.name()),
        "name",
        table.name(),
        "type",
        "SNMP_AGENT",
        "snmp_oid",
        "discovery[" + String.join(",", macros) + "]",
        "key",
        key(table.name(), ".discovery"),
        "delay",
        "15m",
        "lifetime",
        "7d",
        "description",
        NmsFiles.firstSentence(table.description()),
        "item_prototypes",
        prototypes);
  }

  private static Mib.@Nullable Item precision(Mib.Table table) {
    return table.readable().stream()
        .filter(c -> c.name().endsWith("Precision"))
        .findFirst()
        .orElse(null);
  }

  private Map<String, Object> item(
      Mib.Item source, String name, String keyParameters, String instance, boolean scaled) {
    boolean prototype = !keyParameters.isEmpty();
    String key = key(source.name(), keyParameters);
    var item =
        map(
            "uuid",
            uuid(source.name() + keyParameters),
            "name",
            name,
            "type",
            "SNMP_AGENT",
            "snmp_oid",
            source.oid() + instance,
            "key",
            key,
            "delay",
            source.isNumber() ? "1m" : "15m",
            "history",
            "14d");
    if (!source.isNumber() || source.kind() == Mib.Kind.ENUMERATION) {
      item.put("trends", "0");
    }
    item.put("value_type", valueType(source, scaled));
    if (!source.units().isEmpty() && source.isNumber()) {
      item.put(
          "units", (source.kind() == Mib.Kind.COUNTER ? source.units() + "/s" : source.units()));
    }
    item.put("description", source.description());
    if (!source.values().isEmpty()) {
      item.put("valuemap", map("name", valueMap(source)));
    }
    if (source.kind() == Mib.Kind.COUNTER) {
      item.put(
          "preprocessing", List.of(map("type", "CHANGE_PER_SECOND", "parameters", List.of(""))));
    } else if (scaled) {
      item.put(
          "preprocessing",
          List.of(
              map(
                  "type",
                  "JAVASCRIPT",
                  "parameters",
                  List.of("return value / Math.pow(10, {#PRECISION});"))));
    } else if (!source.isNumber()) {
      item.put(
          "preprocessing",
          List.of(map("type", "DISCARD_UNCHANGED_HEARTBEAT", "parameters", List.of("1d"))));
    }
    item.put("tags", List.of(tag("component", NmsFiles.words(source.name()))));
    List<Object> triggers = triggers(source, name, key);
    if (!triggers.isEmpty()) {
      item.put(prototype ? "trigger_prototypes" : "triggers", triggers);
    }
    return item;
  }

  private static List<Object> triggers(Mib.Item source, String name, String key) {
    if (!Health.isTold(source)) {
      return List.of();
    }
    var triggers = new ArrayList<Object>();
    for (Map.Entry<Integer, String> value : source.values().entrySet()) {
      String priority =
          switch (Health.of(value.getValue())) {
            case BAD -> "HIGH";
            case WARNING -> "WARNING";
            case GOOD, NEUTRAL -> "";
          };
      if (!priority.isEmpty()) {
        triggers.add(
            map(
                "uuid",
                uuid(key + "=" + value.getKey()),
                "expression",
                "last(/" + NAME + "/" + key + ")=" + value.getKey(),
                "name",
                name + " is " + value.getValue(),
                "priority",
                priority,
                "description",
                source.description(),
                "manual_close",
                "YES"));
      }
    }
    return triggers;
  }

  private String valueMap(Mib.Item source) {
    String name = source.syntax().equals("INTEGER") ? source.name() : source.syntax();
    valueMaps.computeIfAbsent(
        name,
        _ ->
            map(
                "uuid",
                uuid("valuemap " + name),
                "name",
                name,
                "mappings",
                source.values().entrySet().stream()
                    .<Object>map(e -> map("value", e.getKey().toString(), "newvalue", e.getValue()))
                    .toList()));
    return name;
  }

  private static String valueType(Mib.Item source, boolean scaled) {
    return switch (source.kind()) {
      case GAUGE -> scaled || source.syntax().equals("Integer32") ? "FLOAT" : "UNSIGNED";
      case COUNTER -> "FLOAT";
      case ENUMERATION, TICKS -> "UNSIGNED";
      case TEXT, DATE, MAC, OCTETS, OID -> "CHAR";
    };
  }

  private static String key(String name, String rest) {
    return "cade." + name + rest;
  }

  private static Map<String, Object> tag(String tag, String value) {
    return map("tag", tag, "value", value);
  }

  /** The same name has the same id each time, in the form of a random UUID as Zabbix asks for. */
  private static String uuid(String name) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((NAME + "/" + name).getBytes(StandardCharsets.UTF_8));
      hash[6] = (byte) ((hash[6] & 0x0f) | 0x40);
      hash[8] = (byte) ((hash[8] & 0x3f) | 0x80);
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
