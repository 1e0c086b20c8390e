package io.cade.engine.update;

import io.cade.agent.wire.CardPosition;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceVersion;
import io.cade.image.trust.Notice;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Updates as the API shows them. */
public final class UpdateViews {
  private UpdateViews() {}

  /**
   * An update of cards.
   *
   * @param service whose content it is about; empty when it is about boot images
   * @param image digest of the boot image, or of the service's package
   * @param stage {@code running}, {@code returning}, {@code done} or {@code returned}
   * @param done cards that have the image for good
   */
  public record UpdateView(
      String name,
      String version,
      String service,
      long build,
      String bundle,
      String image,
      String stage,
      Instant since,
      int done,
      int canary,
      int parallel,
      String window,
      long gateSeconds,
      String by,
      String cause,
      List<CardView> cards) {
    public UpdateView {
      cards = List.copyOf(cards);
    }
  }

  /** One card of it. */
  public record CardView(String card, String state, Instant since, String before, String detail) {}

  /**
   * What a repository offers.
   *
   * @param concerns whether this module is meant
   * @param now whether its time has come and is not over
   * @param stored whether its bundle is here already
   */
  public record OfferView(
      String file,
      long bytes,
      String digest,
      Notice notice,
      boolean concerns,
      boolean now,
      boolean stored) {}

  /** What a look at a repository found. */
  public record OffersView(long root, long version, Instant expires, List<OfferView> offers) {
    public OffersView {
      offers = List.copyOf(offers);
    }
  }

  /** The repository's root that this module trusts from now on. */
  public record TrustView(long root, String profile) {}

  static UpdateView of(ImageUpdate u) {
    Duration gate = u.course().gate();
    return new UpdateView(
        u.name(),
        u.image().version(),
        "",
        u.image().build(),
        u.image().bundle(),
        u.image().digest(),
        word(u.stage()),
        u.since(),
        u.done(),
        u.course().canary(),
        u.course().parallel(),
        u.course().window(),
        gate.toSeconds(),
        u.by(),
        u.cause(),
        u.cards().stream()
            .map(c ->
                new CardView(
                    c.position().toString(), word(c.state()), c.since(), c.before(), c.detail()))
            .toList());
  }

  /** The last way of a service to what a bundle brought; empty when there was none. */
  static Optional<UpdateView> of(Service service) {
    Rollout rollout = service.versions().rollout();
    ServiceVersion to =
        rollout == null ? null : service.versions().version(rollout.to()).orElse(null);
    if (rollout == null || to == null || to.release() == null) {
      return Optional.empty();
    }
    ServiceVersion.Release release = to.release();
    String before =
        service.versions().version(rollout.from()).map(ServiceVersion::label).orElse("");
    List<CardView> cards = new ArrayList<>();
    rollout.done().stream()
        .filter(at -> !at.equals(rollout.at()))
        .forEach(at ->
            cards.add(
                new CardView(
                    at.toString(),
                    "done",
                    // When the card came to serve the version; the rollout's time is its stage's.
                    service.on(at).map(Placement::since).orElse(rollout.since()),
                    before,
                    "")));
    CardPosition at = rollout.at();
    if (at != null) {
      String detail = service.on(at).map(Placement::detail).orElse("");
      cards.add(
          new CardView(at.toString(), word(rollout.stage()), rollout.since(), before, detail));
    }
    return Optional.of(
        new UpdateView(
            release.name(),
            release.version(),
            service.name(),
            release.build(),
            release.bundle(),
            to.packageDigest(),
            switch (rollout.stage()) {
              case DONE -> "done";
              case RETURNED -> "returned";
              case RETURNING -> "returning";
              case BUILDING, DRAINING, INSTALLING, TRYING, PROVING -> "running";
            },
            to.at(),
            rollout.done().size(),
            1,
            1,
            rollout.window(),
            rollout.gate().toSeconds(),
            rollout.by(),
            rollout.cause(),
            cards));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
