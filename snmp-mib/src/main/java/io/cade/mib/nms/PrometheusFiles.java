package io.cade.mib.nms;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A module for Prometheus' snmp_exporter, the generator's file for those who want to change it, and
 * alerting rules. Scalars are asked for, tables are walked.
 */
final class PrometheusFiles {
  private static final String MODULE = "cade";
  private static final int REPETITIONS = 50;

  private final Mib mib;
  private final List<Mib.Table> tables;

  PrometheusFiles(Mib mib) {
    this.mib = mib;
    this.tables = mib.tables().stream().filter(NmsFiles::isWatched).toList();
  }

  /** {@code snmp.yml} since version 0.23: who asks stands apart from what is asked for. */
  String configuration() {
    return Yaml.document(
        """
        Prometheus snmp_exporter 0.23 and later; made from the MIB files by './cade mibs'.
        Put your passphrases in, or take the auth out and use your own:
          /snmp?module=cade&auth=cade_v3&target=HOST:161
        """,
        map(
            "auths",
            map("cade_v3", withVersion(3, userAuth()), "cade_v2", withVersion(2, communityAuth())),
            "modules",
            map(MODULE, module())));
  }

  /** {@code snmp.yml} up to version 0.22, as Debian 12 has it. */
  String oldConfiguration() {
    var module = module();
    module.put("version", 3);
    module.put("auth", userAuth());
    return Yaml.document(
        """
        Prometheus snmp_exporter up to 0.22; made from the MIB files by './cade mibs'.
        Put your passphrases in: /snmp?module=cade&target=HOST:161
        """,
        map(MODULE, module));
  }

  private static Map<String, Object> withVersion(int version, Map<String, Object> auth) {
    var with = map("version", version);
    with.putAll(auth);
    return with;
  }

  private static Map<String, Object> userAuth() {
    return map(
        "security_level",
        "authPriv",
        "username",
        "CHANGE-ME",
        "auth_protocol",
        "SHA256",
        "password",
        "CHANGE-ME",
        "priv_protocol",
        "AES",
        "priv_password",
        "CHANGE-ME");
  }

  private static Map<String, Object> communityAuth() {
    return map("community", "CHANGE-ME");
  }

  /** The input of snmp_exporter's generator that gives the same module. */
  String generator() {
    var walk = new ArrayList<String>();
    mib.scalars().forEach(s -> walk.add(s.name()));
    tables.forEach(t -> walk.add(t.name()));
    var lookups = new ArrayList<Object>();
    for (Mib.Table table : tables) {
      Mib.Item label = table.label();
      if (label != null) {
        lookups.add(map("source_indexes", table.index(), "lookup", label.name()));
      }
    }
    return Yaml.document(
        "Input of snmp_exporter's generator; made from the MIB files by './cade mibs'.",
        map(
            "modules",
            map(MODULE, map("walk", walk, "max_repetitions", REPETITIONS, "lookups", lookups))));
  }

  private Map<String, Object> module() {
    var metrics = new ArrayList<Object>();
    for (Mib.Item scalar : mib.scalars()) {
      metrics.add(metric(scalar, List.of(), List.of()));
    }
    for (Mib.Table table : tables) {
      List<Object> indexes = table.index().stream().map(this::index).toList();
      List<Object> lookups = lookups(table);
      for (Mib.Item column : table.readable()) {
        metrics.add(metric(column, indexes, lookups));
      }
    }
    return map(
        "walk",
        tables.stream().map(Mib.Table::oid).toList(),
        "get",
        mib.scalars().stream().map(s -> s.oid() + ".0").toList(),
        "metrics",
        metrics,
        "max_repetitions",
        REPETITIONS,
        "timeout",
        "10s");
  }

  /** The names of what a row's index stands for: its own, and its service's, for instance. */
  private List<Object> lookups(Mib.Table table) {
    var lookups = new ArrayList<Object>();
    for (Mib.Table other : tables) {
      Mib.Item label = other.label();
      if (label != null && table.index().containsAll(other.index())) {
        lookups.add(
            map(
                "labels",
                other.index(),
                "labelname",
                label.name(),
                "oid",
                label.oid(),
                "type",
                "DisplayString"));
      }
    }
    return lookups;
  }

  private static Map<String, Object> metric(
      Mib.Item item, List<Object> indexes, List<Object> lookups) {
    var metric =
        map(
            "name",
            item.name(),
            "oid",
            item.oid(),
            "type",
            type(item),
            "help",
            NmsFiles.firstSentence(item.description()).replaceFirst("\\.$", "")
                + " - "
                + item.oid());
    if (!indexes.isEmpty()) {
      metric.put("indexes", indexes);
    }
    if (!lookups.isEmpty()) {
      metric.put("lookups", lookups);
    }
    if (!item.values().isEmpty()) {
      metric.put("enum_values", item.values());
    }
    return metric;
  }

  private Object index(String name) {
    Mib.Item item = mib.item(name);
    var index = map("labelname", name, "type", item == null ? "gauge" : type(item));
    if (item != null && !item.values().isEmpty()) {
      index.put("enum_values", item.values());
    }
    return index;
  }

  private static String type(Mib.Item item) {
    return switch (item.kind()) {
      case GAUGE, ENUMERATION, TICKS -> "gauge";
      case COUNTER -> "counter";
      case TEXT -> "DisplayString";
      case DATE -> "DateAndTime";
      case MAC -> "PhysAddress48";
      case OCTETS -> item.syntax().equals("InetAddress") ? "InetAddress" : "OctetString";
      case OID -> "OctetString";
    };
  }

  /** Alerting rules: one for each column that tells health, and one for silence. */
  String alerts() {
    var rules = new ArrayList<Object>();
    rules.add(
        rule(
            "CadeModuleSilent",
            "up{job=\"cade\"} == 0",
            "3m",
            "critical",
            "{{ $labels.instance }} does not answer SNMP",
            "Check the engine on the administration card and the way to it."));
    for (Mib.Table table : tables) {
      for (Mib.Item column : table.readable()) {
        if (Health.isTold(column)) {
          addRule(rules, table, column, Health.BAD, "critical");
          addRule(rules, table, column, Health.WARNING, "warning");
        }
      }
    }
    return Yaml.document(
        "Prometheus alerting rules; made from the MIB files by './cade mibs'.",
        map("groups", List.of(map("name", "cade", "rules", rules))));
  }

  private static void addRule(
      List<Object> rules, Mib.Table table, Mib.Item column, Health health, String severity) {
    Map<Integer, String> values =
        column.values().entrySet().stream()
            .filter(e -> Health.of(e.getValue()) == health)
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a, LinkedHashMap::new));
    if (values.isEmpty()) {
      return;
    }
    String expression =
        values.keySet().stream()
            .map(v -> column.name() + " == " + v)
            .collect(Collectors.joining(" or "));
    String where =
        table.index().stream().map(i -> "{{ $labels." + i + " }}").collect(Collectors.joining("."));
    rules.add(
        rule(
            NmsFiles.capitalised(column.name()) + (health == Health.BAD ? "Bad" : "Warning"),
            expression,
            "1m",
            severity,
            "{{ $labels.instance }}: "
                + column.name()
                + " of "
                + where
                + " is "
                + String.join(" or ", values.values()),
            NmsFiles.firstSentence(column.description())));
  }

  private static Map<String, Object> rule(
      String name,
      String expression,
      String lasting,
      String severity,
      String summary,
      String description) {
    return map(
        "alert",
        name,
        "expr",
        expression,
        "for",
        lasting,
        "labels",
        map("severity", severity),
        "annotations",
        map("summary", summary, "description", description));
  }

  /** A map that keeps the order of its arguments: key, value, key, value. */
  static Map<String, Object> map(Object... entries) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], entries[i + 1]);
    }
    return map;
  }
}
