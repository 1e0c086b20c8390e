package io.cade.engine.model;

import io.cade.agent.wire.Command;
import io.cade.engine.model.ImageUpdate.CardStep;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;

/** The updates of a cabinet in the making. Owned by its {@link CabinetBuilder}. */
final class ImageUpdates {
  private SortedTree<String, ImageUpdate> all;
  private final Consumer<String> touched;

  ImageUpdates(SortedTree<String, ImageUpdate> all, Consumer<String> touched) {
    this.all = all;
    this.touched = touched;
  }

  SortedMap<String, ImageUpdate> all() {
    return all;
  }

  void restore(ImageUpdate update) {
    all = all.with(update.name(), update);
  }

  void put(ImageUpdate update) {
    if (!all.containsKey(update.name()) && all.size() >= Cabinet.MAX_UPDATES) {
      ImageUpdate oldest =
          all.values().stream()
              .filter(u -> !u.stage().isActive())
              .min(java.util.Comparator.comparing(ImageUpdate::since))
              .orElseThrow(() -> new IllegalStateException("more updates than are kept"));
      all = all.without(oldest.name());
      touched.accept(oldest.name());
    }
    restore(update);
    touched.accept(update.name());
  }

  /** A card has said what became of a command; later answers about earlier steps mean nothing. */
  void answered(Change.CommandFinished finished, Command command) {
    // A restart is the order of cards whose slots the engine keeps.
    if (!(command instanceof Command.OfImage) && !(command instanceof Command.Reboot)) {
      return;
    }
    for (ImageUpdate update : List.copyOf(all.values())) {
      CardStep step = update.on(finished.position()).orElse(null);
      if (update.stage().isActive()
          && step != null
          && step.state().isUnderWay()
          && step.command() == finished.commandId()) {
        put(update.with(step.answered(finished.succeeded(), finished.detail())));
      }
    }
  }
}
