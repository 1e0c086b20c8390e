package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;

/** The slots' own images of a cabinet in the making. Owned by its {@link CabinetBuilder}. */
final class SlotImages {
  private SortedTree<CardPosition, SlotImage> all;
  private final Consumer<CardPosition> touched;

  SlotImages(SortedTree<CardPosition, SlotImage> all, Consumer<CardPosition> touched) {
    this.all = all;
    this.touched = touched;
  }

  SortedMap<CardPosition, SlotImage> all() {
    return all;
  }

  void restore(SlotImage slot) {
    all = all.with(slot.position(), slot);
  }

  void put(SlotImage slot) {
    restore(slot);
    touched.accept(slot.position());
  }

  void forget(CardPosition at) {
    all = all.without(at);
    touched.accept(at);
  }

  /** No slot may name an image that is not there. */
  void requireUnnamed(String digest) {
    for (SlotImage slot : all.values()) {
      if (slot.names(digest)) {
        throw new IllegalStateException("slot " + slot.position() + " boots image " + digest);
      }
    }
  }

  /** An image is for all cards from now on: slots outside of an update have none of their own. */
  void usedByAll(StoredImage next, SortedMap<String, StoredImage> images) {
    for (SlotImage slot : List.copyOf(all.values())) {
      StoredImage own = images.get(slot.stays());
      if (slot.trial().isEmpty()
          && slot.before().isEmpty()
          && (own == null || own.architecture().equals(next.architecture()))) {
        forget(slot.position());
      }
    }
  }
}
