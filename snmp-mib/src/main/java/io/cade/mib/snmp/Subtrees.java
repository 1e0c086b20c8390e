package io.cade.mib.snmp;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.smi.Null;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * All that the agent serves: subtrees in OID order, none within another, each with the source of
 * its frames. Used by the SNMP thread alone.
 */
final class Subtrees {
  private static final Logger LOG = LoggerFactory.getLogger(Subtrees.class);

  /** A subtree and where its frames come from. */
  record Subtree(OID root, OID end, Supplier<Frame> frames) {
    Subtree(String root, Supplier<Frame> frames) {
      this(new OID(root), new OID(root).nextPeer(), frames);
    }
  }

  private final List<Subtree> subtrees;
  private final int[][] ends;
  private final boolean[] failing;

  Subtrees(List<Subtree> subtrees) {
    this.subtrees = subtrees.stream().sorted(Comparator.comparing(Subtree::root)).toList();
    this.ends = this.subtrees.stream().map(s -> s.end().getValue()).toArray(int[][]::new);
    this.failing = new boolean[subtrees.size()];
    for (int i = 1; i < this.subtrees.size(); i++) {
      if (this.subtrees.get(i).root().compareTo(this.subtrees.get(i - 1).end()) < 0) {
        throw new IllegalArgumentException(
            "two SNMP subtrees overlap: " + this.subtrees.get(i).root());
      }
    }
  }

  /** A reading for one request: all its values come from the same frames. */
  Reading reading() {
    return new Reading();
  }

  int size() {
    return subtrees.size();
  }

  /** The subtree that holds an OID, or the first behind it: as many as there are if none is. */
  int atOrAfter(OID oid) {
    int i = 0;
    while (i < subtrees.size() && oid.compareTo(subtrees.get(i).end()) >= 0) {
      i++;
    }
    return i;
  }

  /** Likewise. */
  int atOrAfter(int[] arcs, int length) {
    int i = 0;
    while (i < ends.length
        && Arrays.compareUnsigned(arcs, 0, length, ends[i], 0, ends[i].length) >= 0) {
      i++;
    }
    return i;
  }

  /** Frames of one request, read when they are first needed. */
  final class Reading {
    private final @Nullable Frame[] frames = new @Nullable Frame[subtrees.size()];

    /**
     * The frame of a subtree.
     *
     * @throws RuntimeException if the view fails; logged once until it works again
     */
    Frame frame(int subtree) {
      Frame frame = frames[subtree];
      if (frame == null) {
        try {
          frame = subtrees.get(subtree).frames().get();
        } catch (RuntimeException e) {
          if (!failing[subtree]) { // once, not for each of a manager's retries
            LOG.error(
                "SNMP cannot read what is below {}; requests get genErr",
                subtrees.get(subtree).root(),
                e);
          }
          failing[subtree] = true;
          throw e;
        }
        failing[subtree] = false;
        frames[subtree] = frame;
      }
      return frame;
    }

    /** Forgets the frames, for the next request. */
    void renew() {
      Arrays.fill(frames, null);
    }

    /** The value, noSuchInstance, or noSuchObject where nothing is or the view hides it. */
    Variable get(OID instance, View view) {
      int at = atOrAfter(instance);
      return at == subtrees.size()
              || !instance.startsWith(subtrees.get(at).root())
              || view.hides(instance) != null
          ? Null.noSuchObject
          : frame(at).get(instance);
    }

    /** The first visible instance after an OID, null at the end of the view. */
    @Nullable VariableBinding next(OID after, View view) {
      OID from = after;
      boolean inclusive = false;
      int at = atOrAfter(from);
      while (at < subtrees.size()) {
        VariableBinding found = frame(at).next(from, inclusive);
        if (found == null) {
          at++;
          continue;
        }
        OID hidden = view.hides(found.getOid());
        if (hidden == null) {
          return found;
        }
        from = hidden.nextPeer();
        inclusive = true;
      }
      return null;
    }

    /** What a SET may do at this name; null if no object that covers it can be written. */
    @Nullable Writable writable(OID instance) {
      int at = atOrAfter(instance);
      return at == subtrees.size() || !instance.startsWith(subtrees.get(at).root())
          ? null
          : frame(at).writable(instance);
    }
  }
}
