package io.cade.mib.snmp;

import io.cade.mib.CabinetView;
import io.cade.mib.LoggedNotification;
import io.cade.mib.NotificationLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.Counter32;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.UnsignedInteger32;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * NOTIFICATION-LOG-MIB (RFC 3014), read-only: one log, the default one, whose name is empty; its
 * newest entries. Owned by the SNMP thread.
 */
final class NotificationLogBlocks {
  static final String ROOT = "1.3.6.1.2.1.92";
  private static final String CONFIG = ROOT + ".1.1";
  private static final String STATS = ROOT + ".1.2";
  private static final String LOG_ENTRY = ROOT + ".1.3.1.1";
  private static final String VARIABLE_ENTRY = ROOT + ".1.3.2.1";

  /** StorageType (RFC 2579): kept by the engine, not to be written. */
  private static final int READ_ONLY = 5;

  private static final int ACTIVE = 1;
  private static final int ENABLED = 1;
  private static final int OPERATIONAL = 2;

  private record Logged(LoggedNotification entry, OID trap, List<VariableBinding> objects) {}

  private record Value(long sequence, int index, VariableBinding binding) {}

  private final CabinetView view;
  private final InstantSource clock;
  private final Supplier<Duration> upTime;
  private NotificationLog last = NotificationLog.NONE;
  private @Nullable Frame frame;

  NotificationLogBlocks(CabinetView view, InstantSource clock, Supplier<Duration> upTime) {
    this.view = view;
    this.clock = clock;
    this.upTime = upTime;
  }

  /** The log as it is; made anew when something was logged. */
  @SuppressWarnings("ReferenceEquality") // the same instance while nothing was logged
  Frame current() {
    NotificationLog log = view.notificationLog();
    Frame known = frame;
    if (known == null || log != last) {
      known = read(log);
      frame = known;
      last = log;
    }
    return known;
  }

  private Frame read(NotificationLog log) {
    List<Logged> rows = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    for (LoggedNotification entry : log.newest()) {
      List<VariableBinding> objects = NotificationPdus.objects(entry.notification(), false);
      rows.add(new Logged(entry, new OID(entry.notification().kind().oid()), objects));
      int index = 0;
      for (VariableBinding object : objects) {
        values.add(new Value(entry.notification().sequence(), ++index, object));
      }
    }
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        new ScalarBlock(
            List.of(
                new ScalarBlock.Source(CONFIG + ".1", () -> new UnsignedInteger32(log.limit())),
                // Minutes; 0: entries do not leave the log because of their age.
                new ScalarBlock.Source(CONFIG + ".2", () -> new UnsignedInteger32(0)))));
    blocks.add(
        single(
            CONFIG + ".3.1",
            List.of(
                column(CONFIG + ".3.1.2", l -> new OctetString()),
                column(CONFIG + ".3.1.3", l -> new UnsignedInteger32(l.limit())),
                column(CONFIG + ".3.1.4", l -> new Integer32(ENABLED)),
                column(CONFIG + ".3.1.5", l -> new Integer32(OPERATIONAL)),
                column(CONFIG + ".3.1.6", l -> new Integer32(READ_ONLY)),
                column(CONFIG + ".3.1.7", l -> new Integer32(ACTIVE))),
            log));
    blocks.add(
        new ScalarBlock(
            List.of(
                new ScalarBlock.Source(STATS + ".1", () -> counter(log.logged())),
                new ScalarBlock.Source(STATS + ".2", () -> counter(log.bumped())))));
    blocks.add(
        single(
            STATS + ".3.1",
            List.of(
                column(STATS + ".3.1.1", l -> counter(l.logged())),
                column(STATS + ".3.1.2", l -> counter(l.bumped()))),
            log));
    blocks.add(new TableBlock<>(logShape(), rows));
    for (Type type : Type.values()) {
      type.addTo(blocks, values);
    }
    return new Frame(clock.instant(), List.copyOf(blocks));
  }

  private static Variable counter(long value) {
    return new Counter32(value & 0xFFFF_FFFFL);
  }

  private static TableBlock<NotificationLog> single(
      String entry, List<TableBlock.Column<NotificationLog>> columns, NotificationLog log) {
    return new TableBlock<>(Shapes.shape(entry, l -> new int[] {0}, columns), List.of(log));
  }

  private static <R> TableBlock.Column<R> column(String oid, Function<R, Variable> value) {
    return Shapes.column(oid, value);
  }

  private TableBlock.Shape<Logged> logShape() {
    return Shapes.shape(
        LOG_ENTRY,
        r -> new int[] {0, (int) r.entry().notification().sequence()},
        List.of(
            Shapes.column(LOG_ENTRY + ".2", (r, now) -> loggedAt(r.entry(), now)),
            column(LOG_ENTRY + ".3", r -> Values.dateAndTime(r.entry().at())),
            // Empty: the log holds the notifications of one engine only.
            column(LOG_ENTRY + ".4", r -> new OctetString()),
            column(LOG_ENTRY + ".7", r -> new OctetString()),
            column(LOG_ENTRY + ".8", r -> new OctetString()),
            column(LOG_ENTRY + ".9", Logged::trap)));
  }

  /** sysUpTime then; 0 for what was logged before the agent began. */
  private Variable loggedAt(LoggedNotification entry, Instant now) {
    Duration then = upTime.get().minus(Duration.between(entry.at(), now));
    return Values.ticks(then.isNegative() ? Duration.ZERO : then);
  }

  /** A value is in the column of its type, and there alone. */
  private enum Type {
    ID(2, 0),
    VALUE_TYPE(3, 0),
    UNSIGNED32(5, 2),
    INTEGER32(7, 4),
    OCTET_STRING(8, 6),
    COUNTER64(11, 8);

    private final int column;
    private final int code;

    Type(int column, int code) {
      this.column = column;
      this.code = code;
    }

    void addTo(List<Block> blocks, List<Value> values) {
      List<Value> mine =
          switch (this) {
            case ID, VALUE_TYPE -> values;
            default -> values.stream().filter(v -> of(v) == this).toList();
          };
      Function<Value, Variable> value =
          switch (this) {
            case ID -> v -> v.binding().getOid();
            case VALUE_TYPE -> v -> new Integer32(of(v).code);
            default -> v -> v.binding().getVariable();
          };
      blocks.add(
          new TableBlock<>(
              Shapes.shape(
                  VARIABLE_ENTRY,
                  v -> new int[] {0, (int) v.sequence(), v.index()},
                  List.of(Shapes.column(VARIABLE_ENTRY + "." + column, value))),
              mine));
    }

    private static Type of(Value value) {
      return switch (value.binding().getVariable()) {
        case Integer32 _ -> INTEGER32;
        case Counter64 _ -> COUNTER64;
        case UnsignedInteger32 _ -> UNSIGNED32;
        default -> OCTET_STRING;
      };
    }
  }
}
