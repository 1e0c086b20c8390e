package io.cade.mib.snmp;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snmp4j.smi.OID;

/**
 * A place among all instances, from which the following ones are steps and not searches. Owned by
 * the SNMP thread; used for one request after another.
 */
final class Cursor {
  private final Subtrees subtrees;
  private Subtrees.@Nullable Reading reading;
  private int subtree;
  private int block;
  private int position;
  private byte[] cell = new byte[0];

  Cursor(Subtrees subtrees) {
    this.subtrees = subtrees;
  }

  /** The instance that was found, encoded. */
  byte[] cell() {
    return cell;
  }

  /** A copy of where another is. */
  void copy(Cursor other) {
    reading = other.reading;
    subtree = other.subtree;
    block = other.block;
    position = other.position;
    cell = other.cell;
  }

  /** Goes to exactly this instance. */
  boolean find(Subtrees.Reading now, int[] arcs, int length, View view) {
    reading = now;
    subtree = subtrees.atOrAfter(arcs, length);
    if (subtree == subtrees.size()) {
      return false;
    }
    Frame frame = now.frame(subtree);
    List<? extends Block> blocks = frame.blocks();
    for (block = 0; block < blocks.size(); block++) {
      position = blocks.get(block).find(arcs, length);
      if (position >= 0) {
        cell = blocks.get(block).encoded(position, frame.now());
        return hidden(view) == null;
      }
    }
    return false;
  }

  /** Goes to the first visible instance after these arcs. */
  boolean seek(Subtrees.Reading now, int[] arcs, int length, View view) {
    reading = now;
    return to(now, arcs, length, false) && visible(now, view);
  }

  /** Goes to the next visible instance. */
  boolean step(View view) {
    Subtrees.Reading now = reading;
    if (now == null) {
      throw new IllegalStateException("nowhere yet");
    }
    position++;
    return rest(now) && visible(now, view);
  }

  private boolean to(Subtrees.Reading now, int[] arcs, int length, boolean inclusive) {
    for (subtree = subtrees.atOrAfter(arcs, length); subtree < subtrees.size(); subtree++) {
      Frame frame = now.frame(subtree);
      List<? extends Block> blocks = frame.blocks();
      for (block = 0; block < blocks.size(); block++) {
        position = blocks.get(block).after(arcs, length, inclusive);
        if (position >= 0) {
          cell = blocks.get(block).encoded(position, frame.now());
          return true;
        }
      }
    }
    return false;
  }

  /** From a position that may be behind the end of its block. */
  private boolean rest(Subtrees.Reading now) {
    for (; subtree < subtrees.size(); subtree++, block = 0) {
      Frame frame = now.frame(subtree);
      List<? extends Block> blocks = frame.blocks();
      for (; block < blocks.size(); block++, position = 0) {
        if (position < blocks.get(block).size()) {
          cell = blocks.get(block).encoded(position, frame.now());
          return true;
        }
      }
    }
    return false;
  }

  private boolean visible(Subtrees.Reading now, View view) {
    OID root = hidden(view);
    while (root != null) {
      int[] behind = root.nextPeer().getValue();
      if (!to(now, behind, behind.length, true)) {
        return false;
      }
      root = hidden(view);
    }
    return true;
  }

  private @Nullable OID hidden(View view) {
    int oid = Ber.contentsAt(cell, 0);
    int from = Ber.contentsAt(cell, oid);
    return view.hides(cell, from, from + Ber.lengthAt(cell, oid));
  }

  /** The tag of the value that was found. */
  int valueTag() {
    int oid = Ber.contentsAt(cell, 0);
    return cell[Ber.contentsAt(cell, oid) + Ber.lengthAt(cell, oid)] & 0xFF;
  }

  /** Where the OID element of the cell is, with its header. */
  int oidAt() {
    return Ber.contentsAt(cell, 0);
  }

  /** Where it ends. */
  int oidEnd() {
    int oid = Ber.contentsAt(cell, 0);
    return Ber.contentsAt(cell, oid) + Ber.lengthAt(cell, oid);
  }
}
