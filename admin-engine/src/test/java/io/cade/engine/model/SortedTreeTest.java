package io.cade.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class SortedTreeTest {
  @Test
  void itHoldsWhatATreeMapHoldsWhateverIsDoneToIt() {
    long seed = System.nanoTime();
    System.out.println("sorted tree seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      int keys = 1 + random.nextInt(200);
      TreeMap<Integer, String> model = new TreeMap<>();
      SortedTree<Integer, String> tree = SortedTree.empty();
      for (int i = 0; i < 400; i++) {
        int key = random.nextInt(keys);
        if (random.nextInt(3) > 0) {
          model.put(key, "v" + i);
          tree = tree.with(key, "v" + i);
        } else {
          model.remove(key);
          tree = tree.without(key);
        }
        assertThat(tree.size()).isEqualTo(model.size());
        assertThat(tree.get(key)).as("seed %d", seed).isEqualTo(model.get(key));
      }
      assertThat(tree).as("seed %d", seed).isEqualTo(model).hasSameHashCodeAs(model);
      assertThat(List.copyOf(tree.entrySet())).isEqualTo(List.copyOf(model.entrySet()));
      int a = random.nextInt(keys);
      int b = a + random.nextInt(keys);
      assertThat(tree.subMap(a, b)).isEqualTo(model.subMap(a, b));
      assertThat(tree.headMap(a)).isEqualTo(model.headMap(a));
      assertThat(tree.tailMap(a)).isEqualTo(model.tailMap(a));
      assertThat(SortedTree.copyOf(model)).isEqualTo(tree);
      if (!model.isEmpty()) {
        assertThat(tree.firstKey()).isEqualTo(model.firstKey());
        assertThat(tree.lastKey()).isEqualTo(model.lastKey());
      }
    }
  }

  @Test
  void anOlderMapDoesNotSeeWhatIsDoneToANewerOne() {
    SortedTree<Integer, String> one = SortedTree.<Integer, String>empty().with(1, "a");
    SortedTree<Integer, String> two = one.with(1, "b").with(2, "c");
    assertThat(one).isEqualTo(Map.of(1, "a"));
    assertThat(two.without(1)).isEqualTo(Map.of(2, "c"));
    assertThat(two).isEqualTo(Map.of(1, "b", 2, "c"));
    assertThat(two.without(7)).isSameAs(two);
  }

  @Test
  void itStaysBalancedWhenKeysAscendAndTheOldestGo() {
    SortedTree<Long, Long> tree = SortedTree.empty();
    for (long i = 0; i < 20_000; i++) {
      tree = tree.with(i, i);
      if (tree.size() > 10_000) {
        tree = tree.without(tree.firstKey());
      }
    }
    assertThat(tree.size()).isEqualTo(10_000);
    // AVL: at most 1.44 log2(n + 2).
    assertThat(tree.height()).isLessThanOrEqualTo(20);
  }

  @Test
  void nobodyCanChangeIt() {
    SortedTree<Integer, String> tree = SortedTree.<Integer, String>empty().with(1, "a");
    assertThatThrownBy(() -> tree.put(2, "b")).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> tree.remove(1)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(tree::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> tree.entrySet().iterator().next().setValue("b"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> SortedTree.<Integer, String>empty().firstKey())
        .isInstanceOf(NoSuchElementException.class);
  }
}
