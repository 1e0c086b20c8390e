package io.cade.mib.snmp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.snmp4j.PDU;
import org.snmp4j.smi.OID;

/**
 * Reads and answers a plain GET, GETNEXT or GETBULK octet by octet, from encodings that are kept
 * (DESIGN section 4). Whatever is not plain, and every answer with an error, is left to {@link
 * ReadProcessor}: this answers what that would, or nothing. Owned by the SNMP thread.
 */
final class FastPdu {
  /** More variable bindings are left to the general way. */
  private static final int MAX_BINDINGS = 128;

  private static final int NO_SUCH_OBJECT = 0x80;
  private static final int NO_SUCH_INSTANCE = 0x81;
  private static final int END_OF_MIB_VIEW = 0x82;

  private final Subtrees.Reading reading;
  private final int[] arcs = new int[130];
  private final Cursor[] cursors = new Cursor[MAX_BINDINGS];

  /** Where the OID of each binding begins in the request, with its header, and how long it is. */
  private final int[] names = new int[MAX_BINDINGS];

  private final int[] nameLengths = new int[MAX_BINDINGS];

  /** Whether a column of a GETBULK is at the end of the view. */
  private final boolean[] ended = new boolean[MAX_BINDINGS];

  /** Their last names, with header; null for one that the request already names the end of. */
  private final byte[] @Nullable [] endNames = new byte[MAX_BINDINGS][];

  /** The bindings of the answer, in order. */
  private final byte[] bindings = new byte[SnmpAgent.MAX_MESSAGE_OCTETS + 512];

  private int used;
  private int type;
  private int asked;

  FastPdu(Subtrees subtrees) {
    this.reading = subtrees.reading();
    Arrays.setAll(cursors, i -> new Cursor(subtrees));
  }

  /** Type of the request that was answered last. */
  int type() {
    return type;
  }

  /** Variable bindings of the request that was answered last. */
  int asked() {
    return asked;
  }

  /**
   * Answers a PDU that goes to the end of what the reader has.
   *
   * @param limit most octets of all variable bindings together
   * @return whether the answer stands in {@code out}; if not, nothing was done
   */
  boolean answer(BerReader in, byte[] request, boolean v1, View view, int limit, BerWriter out) {
    type = in.peek() | 0xFFFF_FF00;
    if (type != PDU.GET && type != PDU.GETNEXT && (type != PDU.GETBULK || v1)) {
      return false;
    }
    in.lastHeader(type & 0xFF);
    int requestId = in.integer();
    int second = in.integer();
    int third = in.integer();
    in.lastHeader(Ber.SEQUENCE);
    if (!in.plain()) {
      return false;
    }
    used = 0;
    reading.renew();
    try {
      if (type == PDU.GETBULK
          ? !bulk(in, request, second, third, view, limit)
          : !each(in, request, v1, view, limit)) {
        return false;
      }
    } catch (RuntimeException e) { // logged where it happened; the general way says genErr
      return false;
    }
    int end = out.start();
    out.raw(bindings, 0, used);
    out.header(Ber.SEQUENCE, end);
    out.integer(0);
    out.integer(0);
    out.integer(requestId);
    out.header(PDU.RESPONSE & 0xFF, end);
    return true;
  }

  private boolean each(BerReader in, byte[] request, boolean v1, View view, int limit) {
    Cursor cursor = cursors[0];
    for (asked = 0; !in.atEnd(); asked++) {
      int count = name(in, 0);
      if (count < 0) {
        return false;
      }
      if (type == PDU.GET) {
        if (cursor.find(reading, arcs, count, view)) {
          if (v1 && cursor.valueTag() == Ber.COUNTER64) {
            return false;
          }
          found(cursor);
        } else if (v1) {
          return false;
        } else {
          OID oid = new OID(arcs, 0, count);
          missing(
              request,
              names[0],
              nameLengths[0],
              reading.get(oid, view).getSyntax() == NO_SUCH_INSTANCE
                  ? NO_SUCH_INSTANCE
                  : NO_SUCH_OBJECT);
        }
      } else {
        boolean more = cursor.seek(reading, arcs, count, view);
        while (v1 && more && cursor.valueTag() == Ber.COUNTER64) {
          more = cursor.step(view);
        }
        if (more) {
          found(cursor);
        } else if (v1) {
          return false;
        } else {
          missing(request, names[0], nameLengths[0], END_OF_MIB_VIEW);
        }
      }
      if (used > limit) {
        return false; // tooBig
      }
    }
    return in.plain();
  }

  private boolean bulk(
      BerReader in, byte[] request, int nonRepeaters, int maxRepetitions, View view, int limit) {
    int single = Math.max(0, nonRepeaters);
    asked = 0;
    boolean full = false;
    for (; !in.atEnd(); asked++) {
      if (asked == MAX_BINDINGS) {
        return false;
      }
      int count = name(in, asked);
      if (count < 0) {
        return false;
      }
      if (asked < single || maxRepetitions > 0) {
        endNames[asked] = null;
        ended[asked] = !cursors[asked].seek(reading, arcs, count, view);
        full = full || !next(request, asked, limit);
      }
    }
    if (!in.plain()) {
      return false;
    }
    single = Math.min(single, asked);
    for (int repetition = 1; !full && repetition < maxRepetitions; repetition++) {
      boolean more = false;
      for (int i = single; i < asked; i++) {
        more |= !ended[i];
      }
      if (!more) {
        break;
      }
      for (int i = single; i < asked && !full; i++) {
        if (!ended[i]) {
          Cursor cursor = cursors[i];
          byte[] last = cursor.cell();
          int from = cursor.oidAt();
          int to = cursor.oidEnd();
          ended[i] = !cursor.step(view);
          if (ended[i]) {
            endNames[i] = Arrays.copyOfRange(last, from, to);
          }
        }
        full = !next(request, i, limit);
      }
    }
    return true;
  }

  /** Writes what a column is at; false if it does not fit. */
  private boolean next(byte[] request, int i, int limit) {
    if (!ended[i]) {
      byte[] cell = cursors[i].cell();
      if (used + cell.length > limit) {
        return false;
      }
      found(cursors[i]);
      return true;
    }
    byte[] name = endNames[i];
    return name == null
        ? end(request, names[i], nameLengths[i], limit)
        : end(name, 0, name.length, limit);
  }

  private boolean end(byte[] octets, int from, int length, int limit) {
    int before = used;
    missing(octets, from, length, END_OF_MIB_VIEW);
    if (used > limit) {
      used = before;
      return false;
    }
    return true;
  }

  /** Reads a variable binding with NULL; its arcs are in {@link #arcs}. Below 0: not plain. */
  private int name(BerReader in, int at) {
    int length = in.header(Ber.SEQUENCE);
    int begin = in.at();
    int oid = in.header(Ber.OBJECT_IDENTIFIER);
    if (!in.plain()) {
      return -1;
    }
    int headers = in.at() - begin;
    names[at] = begin;
    nameLengths[at] = headers + oid;
    if (headers != 2) {
      return in.fail(); // a length longer than it has to be would be sent back otherwise
    }
    int count = in.arcs(oid, arcs);
    if (in.header(Ber.NULL) != 0 || in.at() - begin != length) {
      return in.fail();
    }
    return count;
  }

  private void found(Cursor cursor) {
    byte[] cell = cursor.cell();
    if (used + cell.length <= bindings.length) {
      System.arraycopy(cell, 0, bindings, used, cell.length);
    }
    used += cell.length;
  }

  private void missing(byte[] octets, int from, int length, int exception) {
    int contents = length + 2;
    int whole = contents + (contents < 0x80 ? 2 : 3);
    if (used + whole <= bindings.length) {
      int at = used;
      bindings[at++] = Ber.SEQUENCE;
      if (contents >= 0x80) {
        bindings[at++] = (byte) 0x81;
      }
      bindings[at++] = (byte) contents;
      System.arraycopy(octets, from, bindings, at, length);
      at += length;
      bindings[at++] = (byte) exception;
      bindings[at] = 0;
    }
    used += whole;
  }
}
