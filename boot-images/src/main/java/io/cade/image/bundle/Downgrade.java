package io.cade.image.bundle;

import io.cade.image.bundle.Bundle.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The way back from a bundle, made of its steps: each undone, last first. Nobody writes it, so that
 * nobody can forget it (SPEC U1). What was there before is not in the bundle: slots, versions and
 * cards keep it. Immutable.
 *
 * @param steps in the order in which they are to be done
 */
public record Downgrade(List<Back> steps) {
  public Downgrade {
    steps = List.copyOf(steps);
  }

  /** One step of the way back. */
  public sealed interface Back {
    /** Boot the image of before, which still is in the other slot. */
    record BootBefore() implements Back {}

    /** Give the service the content that it had, configuration included. */
    record ContentBefore(String service) implements Back {}

    /** The guard starts the release of before, with its data. */
    record EngineBefore() implements Back {}

    /**
     * Run the program downwards, as {@link Step.Migrate} says.
     *
     * @param part path of the program in the bundle; each card has kept it
     */
    record Migrate(String part, String service, int timeoutSeconds) implements Back {}
  }

  /** Makes the way back. */
  public static Downgrade of(Bundle bundle) {
    List<Back> back = new ArrayList<>();
    for (Step step : bundle.upgrade().reversed()) {
      Back undone =
          switch (step) {
            case Step.InstallImage _ -> new Back.BootBefore();
            case Step.InstallPackage p -> new Back.ContentBefore(p.service());
            case Step.Configure c -> new Back.ContentBefore(c.service());
            case Step.InstallEngine _ -> new Back.EngineBefore();
            case Step.Migrate m -> new Back.Migrate(m.part(), m.service(), m.timeoutSeconds());
          };
      if (!back.contains(undone)) {
        back.add(undone);
      }
    }
    return new Downgrade(back);
  }
}
