package io.cade.image.bundle;

import io.cade.image.bundle.Bundle.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way back from a bundle, made of its steps and of what a device had before: the same steps,
 * last first, each to what was there. Nobody writes it, so that nobody can forget it (SPEC U1).
 * Immutable.
 *
 * @param steps in the order in which they are to be done
 */
public record Downgrade(List<Back> steps) {
  public Downgrade {
    steps = List.copyOf(steps);
  }

  /**
   * What a device has before the update.
   *
   * @param imageVersion that it runs, when it runs one from a slot or the network
   * @param packages digest of the package of each service, by service
   * @param configuration digest of each file of configuration that is replaced, by part
   */
  public record Before(
      Optional<String> imageVersion,
      Map<String, String> packages,
      Map<String, String> configuration) {
    public Before {
      packages = Map.copyOf(packages);
      configuration = Map.copyOf(configuration);
    }
  }

  /** One step of the way back. */
  public sealed interface Back {
    /** Boot the image of before, which still is in the other slot. */
    record BootBefore(String version) implements Back {}

    /** Give the service the package that it had. */
    record InstallPackage(String service, String digest) implements Back {}

    /** Give the service up: it had no package. */
    record RemovePackage(String service) implements Back {}

    /** Put the file of configuration back. */
    record Configure(String part, String digest) implements Back {}

    /** Take the file of configuration away: there was none. */
    record RemoveConfiguration(String part) implements Back {}

    /** The guard starts the release of before. */
    record EngineBefore(String version) implements Back {}

    /** Run the program downwards. */
    record Migrate(String part, String from, String to, int timeoutSeconds) implements Back {}
  }

  /**
   * Makes the way back.
   *
   * @throws IllegalArgumentException when there is none: an image or data without a version to go
   *     back to
   */
  public static Downgrade of(Bundle bundle, Before before) {
    List<Back> back = new ArrayList<>();
    for (Step step : bundle.upgrade().reversed()) {
      back.add(
          switch (step) {
            case Step.InstallImage _ -> new Back.BootBefore(version(bundle, before));
            case Step.InstallPackage p -> {
              String digest = before.packages().get(p.service());
              yield digest == null
                  ? new Back.RemovePackage(p.service())
                  : new Back.InstallPackage(p.service(), digest);
            }
            case Step.Configure c -> {
              String digest = before.configuration().get(c.part());
              yield digest == null
                  ? new Back.RemoveConfiguration(c.part())
                  : new Back.Configure(c.part(), digest);
            }
            case Step.InstallEngine _ -> new Back.EngineBefore(version(bundle, before));
            case Step.Migrate m ->
                new Back.Migrate(
                    m.part(), bundle.version(), version(bundle, before), m.timeoutSeconds());
          });
    }
    return new Downgrade(back);
  }

  private static String version(Bundle bundle, Before before) {
    return before
        .imageVersion()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the device says no version to which it could go back from "
                    + bundle.name()
                    + " "
                    + bundle.version()));
  }
}
