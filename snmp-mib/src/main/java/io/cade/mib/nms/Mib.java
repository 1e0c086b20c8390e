package io.cade.mib.nms;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the project's MIB files define, in the order of the files. Immutable.
 *
 * @param modules names of the modules
 * @param scalars objects outside tables that can be read
 * @param tables tables
 * @param notifications notifications
 * @param oids dotted OID of every name
 */
record Mib(
    List<String> modules,
    List<Item> scalars,
    List<Table> tables,
    List<Notification> notifications,
    Map<String, String> oids) {
  Mib {
    modules = List.copyOf(modules);
    scalars = List.copyOf(scalars);
    tables = List.copyOf(tables);
    notifications = List.copyOf(notifications);
    oids = Map.copyOf(oids);
  }

  /** What a value is, as far as a monitoring program treats it differently. */
  enum Kind {
    /** A number that goes up and down. */
    GAUGE,
    /** A number that only grows, until it wraps or begins anew. */
    COUNTER,
    /** One of a list of named numbers. */
    ENUMERATION,
    /** Hundredths of a second. */
    TICKS,
    TEXT,
    /** A date and time of 8 or 11 octets (RFC 2579). */
    DATE,
    /** A MAC address of six octets. */
    MAC,
    /** Other octets, for instance an internet address. */
    OCTETS,
    /** An object identifier. */
    OID
  }

  /**
   * A scalar or a column.
   *
   * @param syntax the type as the file says it
   * @param values names of an enumeration, else empty
   * @param units as {@code cards}, empty if none is said
   * @param access MAX-ACCESS
   * @param oid without an instance
   */
  record Item(
      String module,
      String name,
      String oid,
      String syntax,
      Kind kind,
      Map<Integer, String> values,
      String units,
      String access,
      String description) {

    boolean isReadable() {
      return access.equals("read-only")
          || access.equals("read-write")
          || access.equals("read-create");
    }

    boolean isNumber() {
      return kind == Kind.GAUGE
          || kind == Kind.COUNTER
          || kind == Kind.ENUMERATION
          || kind == Kind.TICKS;
    }
  }

  /**
   * A table.
   *
   * @param oid of the table
   * @param entryOid of its conceptual row
   * @param index names of the index objects, which may be another table's
   * @param columns all columns, also those that cannot be read
   */
  record Table(
      String module,
      String name,
      String oid,
      String entryOid,
      List<String> index,
      List<Item> columns,
      String description) {
    Table {
      index = List.copyOf(index);
      columns = List.copyOf(columns);
    }

    List<Item> readable() {
      return columns.stream().filter(Item::isReadable).toList();
    }

    /** The column that a person would call a row by, null if there is none. */
    @Nullable Item label() {
      String wanted = name.replaceFirst("Table$", "Name");
      return readable().stream()
          .filter(c -> c.kind() == Kind.TEXT && c.name().equals(wanted))
          .findFirst()
          .orElse(null);
    }
  }

  /**
   * A notification.
   *
   * @param oid of the notification itself
   * @param objects names of what it carries, in order
   */
  record Notification(
      String module, String name, String oid, List<String> objects, String description) {
    Notification {
      objects = List.copyOf(objects);
    }

    /** The OID that an SNMPv1 trap of it has as its enterprise (RFC 3584 section 3.2). */
    String enterprise() {
      String parent = oid.substring(0, oid.lastIndexOf('.'));
      return parent.endsWith(".0") ? parent.substring(0, parent.length() - 2) : parent;
    }

    /** The specific trap number of an SNMPv1 trap of it. */
    String specific() {
      return oid.substring(oid.lastIndexOf('.') + 1);
    }
  }

  /** Column or scalar by name, null if it is not one of these files'. */
  @Nullable Item item(String name) {
    for (Item scalar : scalars) {
      if (scalar.name().equals(name)) {
        return scalar;
      }
    }
    for (Table table : tables) {
      for (Item column : table.columns()) {
        if (column.name().equals(name)) {
          return column;
        }
      }
    }
    return null;
  }
}
