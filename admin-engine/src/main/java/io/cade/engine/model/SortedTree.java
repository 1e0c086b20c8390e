package io.cade.engine.model;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedMap;
import java.util.Spliterator;
import java.util.Spliterators;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map whose {@link #with} and {@link #without} share all but one path with the
 * map they come from: a change costs O(log n) in time and memory, so that every commit can have a
 * {@link Cabinet} of its own however many entries it holds. An AVL tree (Adelson-Velsky and Landis,
 * 1962), because a lookup in it is shorter than in a red-black tree and readers are many.
 *
 * <p>Keys are in their natural order; neither keys nor values may be null. Any thread may read it;
 * the mutators of {@link Map} throw {@link UnsupportedOperationException}.
 */
@SuppressWarnings("JdkObsolete") // SortedMap: all that readers of a cabinet need.
final class SortedTree<K extends Comparable<? super K>, V> extends AbstractMap<K, V>
    implements SortedMap<K, V> {

  private static final class Node<K, V> extends SimpleImmutableEntry<K, V> {
    private static final long serialVersionUID = 1L;

    final transient @Nullable Node<K, V> left;
    final transient @Nullable Node<K, V> right;
    final transient int height;
    final transient int size;

    Node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
      super(key, value);
      this.left = left;
      this.right = right;
      this.height = 1 + Math.max(height(left), height(right));
      this.size = 1 + size(left) + size(right);
    }
  }

  private final @Nullable Node<K, V> root;

  private SortedTree(@Nullable Node<K, V> root) {
    this.root = root;
  }

  static <K extends Comparable<? super K>, V> SortedTree<K, V> empty() {
    return new SortedTree<>(null);
  }

  /** The same entries; the same instance when it is such a map already. */
  static <K extends Comparable<? super K>, V> SortedTree<K, V> copyOf(SortedMap<K, V> map) {
    return map instanceof SortedTree<K, V> same
        ? same
        : ofSorted(List.copyOf(map.entrySet()), 0, map.size());
  }

  /** Entries in ascending order of their keys, none twice. */
  static <K extends Comparable<? super K>, V> SortedTree<K, V> ofSorted(
      List<Map.Entry<K, V>> entries) {
    return ofSorted(entries, 0, entries.size());
  }

  private static <K extends Comparable<? super K>, V> SortedTree<K, V> ofSorted(
      List<Map.Entry<K, V>> entries, int from, int to) {
    return new SortedTree<>(build(entries, from, to));
  }

  private static <K, V> @Nullable Node<K, V> build(
      List<Map.Entry<K, V>> entries, int from, int to) {
    if (from >= to) {
      return null;
    }
    int middle = (from + to) >>> 1;
    Map.Entry<K, V> entry = entries.get(middle);
    return new Node<>(
        entry.getKey(),
        entry.getValue(),
        build(entries, from, middle),
        build(entries, middle + 1, to));
  }

  /** This map with one entry put or replaced. */
  SortedTree<K, V> with(K key, V value) {
    return new SortedTree<>(put(root, key, value));
  }

  /** This map without a key; the same instance when it has no such key. */
  SortedTree<K, V> without(K key) {
    return find(key) == null ? this : new SortedTree<>(remove(root, key));
  }

  private static <K extends Comparable<? super K>, V> Node<K, V> put(
      @Nullable Node<K, V> at, K key, V value) {
    if (at == null) {
      return new Node<>(key, value, null, null);
    }
    int order = key.compareTo(at.getKey());
    if (order == 0) {
      return new Node<>(key, value, at.left, at.right);
    }
    return order < 0
        ? balanced(at, put(at.left, key, value), at.right)
        : balanced(at, at.left, put(at.right, key, value));
  }

  private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> remove(
      @Nullable Node<K, V> at, K key) {
    if (at == null) {
      return null;
    }
    int order = key.compareTo(at.getKey());
    if (order < 0) {
      return balanced(at, remove(at.left, key), at.right);
    }
    if (order > 0) {
      return balanced(at, at.left, remove(at.right, key));
    }
    if (at.left == null) {
      return at.right;
    }
    if (at.right == null) {
      return at.left;
    }
    return balanced(first(at.right), at.left, withoutFirst(at.right));
  }

  private static <K, V> @Nullable Node<K, V> withoutFirst(Node<K, V> at) {
    return at.left == null ? at.right : balanced(at, withoutFirst(at.left), at.right);
  }

  private static <K, V> Node<K, V> first(Node<K, V> from) {
    Node<K, V> at = from;
    for (Node<K, V> next = at.left; next != null; next = next.left) {
      at = next;
    }
    return at;
  }

  /** A node with the entry of {@code entry}; its subtrees may differ by two in height. */
  private static <K, V> Node<K, V> balanced(
      Node<K, V> entry, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    if (left != null && height(left) > height(right) + 1) {
      Node<K, V> inner = left.right;
      if (inner == null || height(left.left) >= height(inner)) {
        return node(left, left.left, node(entry, inner, right));
      }
      return node(inner, node(left, left.left, inner.left), node(entry, inner.right, right));
    }
    if (right != null && height(right) > height(left) + 1) {
      Node<K, V> inner = right.left;
      if (inner == null || height(right.right) >= height(inner)) {
        return node(right, node(entry, left, inner), right.right);
      }
      return node(inner, node(entry, left, inner.left), node(right, inner.right, right.right));
    }
    return node(entry, left, right);
  }

  private static <K, V> Node<K, V> node(
      Node<K, V> entry, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    return new Node<>(entry.getKey(), entry.getValue(), left, right);
  }

  private static int height(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.height;
  }

  private static int size(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.size;
  }

  // The contract of Map: a key of another type is the caller's mistake and fails as in TreeMap.
  @SuppressWarnings("unchecked")
  private @Nullable Node<K, V> find(Object sought) {
    K key = (K) sought;
    Node<K, V> at = root;
    while (at != null) {
      int order = key.compareTo(at.getKey());
      if (order == 0) {
        return at;
      }
      at = order < 0 ? at.left : at.right;
    }
    return null;
  }

  /** How many keys are lower than this one. */
  int rank(K key) {
    int rank = 0;
    Node<K, V> at = root;
    while (at != null) {
      if (key.compareTo(at.getKey()) <= 0) {
        at = at.left;
      } else {
        rank += 1 + size(at.left);
        at = at.right;
      }
    }
    return rank;
  }

  @Override
  public @Nullable V get(Object key) {
    Node<K, V> found = find(key);
    return found == null ? null : found.getValue();
  }

  @Override
  public boolean containsKey(Object key) {
    return find(key) != null;
  }

  @Override
  public int size() {
    return size(root);
  }

  @Override
  public K firstKey() {
    if (root == null) {
      throw new NoSuchElementException();
    }
    return first(root).getKey();
  }

  @Override
  public K lastKey() {
    Node<K, V> at = root;
    if (at == null) {
      throw new NoSuchElementException();
    }
    for (Node<K, V> next = at.right; next != null; next = next.right) {
      at = next;
    }
    return at.getKey();
  }

  @Override
  public @Nullable Comparator<? super K> comparator() {
    return null;
  }

  @Override
  public SortedMap<K, V> subMap(K fromInclusive, K toExclusive) {
    if (fromInclusive.compareTo(toExclusive) > 0) {
      throw new IllegalArgumentException(fromInclusive + " is after " + toExclusive);
    }
    return range(fromInclusive, toExclusive);
  }

  @Override
  public SortedMap<K, V> headMap(K toExclusive) {
    return range(null, toExclusive);
  }

  @Override
  public SortedMap<K, V> tailMap(K fromInclusive) {
    return range(fromInclusive, null);
  }

  // What cannot change needs no view: a copy of the range is the same.
  private SortedMap<K, V> range(@Nullable K fromInclusive, @Nullable K toExclusive) {
    List<Map.Entry<K, V>> inside = new ArrayList<>();
    for (Map.Entry<K, V> entry : entrySet()) {
      if (toExclusive != null && entry.getKey().compareTo(toExclusive) >= 0) {
        break;
      }
      if (fromInclusive == null || entry.getKey().compareTo(fromInclusive) >= 0) {
        inside.add(entry);
      }
    }
    return ofSorted(inside, 0, inside.size());
  }

  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<K, V>> iterator() {
        return new InOrder<>(root);
      }

      @Override
      public int size() {
        return SortedTree.this.size();
      }

      @Override
      public Spliterator<Map.Entry<K, V>> spliterator() {
        return Spliterators.spliterator(
            this, Spliterator.DISTINCT | Spliterator.ORDERED | Spliterator.IMMUTABLE);
      }
    };
  }

  private static final class InOrder<K, V> implements Iterator<Map.Entry<K, V>> {
    private final Deque<Node<K, V>> path = new ArrayDeque<>();

    InOrder(@Nullable Node<K, V> root) {
      descend(root);
    }

    private void descend(@Nullable Node<K, V> from) {
      for (Node<K, V> at = from; at != null; at = at.left) {
        path.push(at);
      }
    }

    @Override
    public boolean hasNext() {
      return !path.isEmpty();
    }

    @Override
    public Map.Entry<K, V> next() {
      Node<K, V> at = path.pop();
      descend(at.right);
      return at;
    }
  }

  /** Height of the tree, for tests of its balance. */
  int height() {
    return height(root);
  }
}
