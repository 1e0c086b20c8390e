package io.cade.proxy.guard;

import io.cade.agent.wire.NetworkPrefix;
import java.util.Arrays;
import java.util.Map;

/**
 * Finds the longest of many network prefixes that holds an address: a binary trie in two arrays,
 * one walk down, no allocation. Immutable and thread-safe.
 */
public final class NetworkTrie {
  /** What {@link #find} answers when no prefix holds the address. */
  public static final int NOTHING = 0;

  private static final int V4_ROOT = 0;
  private static final int V6_ROOT = 1;

  /** Two for each node, 0 for none: no node leads back to the roots. */
  private int[] children = new int[128];

  private byte[] marks = new byte[64];
  private int nodes = 2;

  /**
   * @param prefixes each with its mark, 1 to 127
   */
  public NetworkTrie(Map<NetworkPrefix, Integer> prefixes) {
    prefixes.forEach(this::add);
    children = Arrays.copyOf(children, 2 * nodes);
    marks = Arrays.copyOf(marks, nodes);
  }

  private void add(NetworkPrefix prefix, int mark) {
    if (mark < 1 || mark > Byte.MAX_VALUE) {
      throw new IllegalArgumentException("mark " + mark + " of " + prefix + ", 1 to 127 is meant");
    }
    int node = prefix.v4() ? V4_ROOT : V6_ROOT;
    for (int place = 0; place < prefix.length(); place++) {
      int way = 2 * node + prefix.bit(place);
      int next = children[way];
      if (next == 0) {
        next = nodes++;
        if (next == marks.length) {
          marks = Arrays.copyOf(marks, 2 * next);
          children = Arrays.copyOf(children, 4 * next);
        }
        children[way] = next;
      }
      node = next;
    }
    marks[node] = (byte) mark;
  }

  /** The mark of the longest prefix that holds all of the network, or {@link #NOTHING}. */
  public int find(NetworkPrefix network) {
    int node = network.v4() ? V4_ROOT : V6_ROOT;
    int found = marks[node];
    for (int place = 0; place < network.length(); place++) {
      node = children[2 * node + network.bit(place)];
      if (node == 0) {
        return found;
      }
      if (marks[node] != NOTHING) {
        found = marks[node];
      }
    }
    return found;
  }
}
