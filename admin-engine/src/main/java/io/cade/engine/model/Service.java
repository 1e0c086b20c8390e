package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.ServiceSettings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A rented service (SPEC A1, A4).
 *
 * @param index stable number for SNMP tables, never used again
 * @param phase how far provisioning has come, since {@code phaseSince}
 * @param waitsFor what the phase waits for, for the operator; empty when it waits for nothing
 * @param settings how the proxies treat it; absent in records of earlier versions
 * @param packageDigest signed package of the current version, empty before phase 4
 * @param versions of its content; absent in records of earlier versions
 * @param lastMove from one card to another, under way or ended; null when there was none
 */
public record Service(
    int index,
    ServiceDefinition definition,
    ServicePhase phase,
    Instant phaseSince,
    String waitsFor,
    String packageDigest,
    long packageBytes,
    List<Placement> placements,
    ServiceSettings settings,
    ServiceVersions versions,
    @Nullable Move lastMove) {
  public Service(
      int index,
      ServiceDefinition definition,
      ServicePhase phase,
      Instant phaseSince,
      String waitsFor,
      String packageDigest,
      long packageBytes,
      List<Placement> placements,
      @Nullable ServiceSettings settings,
      @Nullable ServiceVersions versions,
      @Nullable Move lastMove) {
    this.index = index;
    this.definition = definition;
    this.phase = phase;
    this.phaseSince = phaseSince;
    this.waitsFor = waitsFor;
    this.packageDigest = packageDigest;
    this.packageBytes = packageBytes;
    this.placements = List.copyOf(placements);
    this.settings = settings == null ? ServiceSettings.none() : settings;
    this.versions =
        versions == null
            ? ServiceVersions.of(
                new ServiceVersion(
                    1,
                    definition.contentDigest(),
                    packageDigest,
                    packageBytes,
                    phaseSince,
                    "",
                    "as ordered"))
            : versions;
    this.lastMove = lastMove;
  }

  /** With everything about its visitors' way at the default, in its first version. */
  public Service(
      int index,
      ServiceDefinition definition,
      ServicePhase phase,
      Instant phaseSince,
      String waitsFor,
      String packageDigest,
      long packageBytes,
      List<Placement> placements) {
    this(
        index,
        definition,
        phase,
        phaseSince,
        waitsFor,
        packageDigest,
        packageBytes,
        placements,
        null,
        null,
        null);
  }

  /** Its name, the key. */
  public String name() {
    return definition.name();
  }

  /** The placement on a card, if the service is bound to it. */
  public Optional<Placement> on(CardPosition position) {
    return Optional.ofNullable(placement(position));
  }

  /** Whether it is bound to a card. */
  boolean isOn(CardPosition position) {
    return placement(position) != null;
  }

  private @Nullable Placement placement(CardPosition position) {
    for (Placement each : placements) {
      if (each.position().equals(position)) {
        return each;
      }
    }
    return null;
  }

  /** Placements that serve now. */
  public long running() {
    return placements.stream().filter(p -> p.state() == Placement.State.RUNNING).count();
  }

  /** The rollout of another version, if one is under way. */
  public Optional<Rollout> rollout() {
    return versions.active();
  }

  /** The move from one card to another, if one is under way. */
  public Optional<Move> move() {
    return Optional.ofNullable(lastMove).filter(m -> m.stage().active());
  }

  /** What a card is to have of it: the current version, or the next where a rollout says so. */
  public ServiceVersion versionOn(CardPosition position) {
    return rollout()
        .filter(r -> r.concerns(position))
        .flatMap(r -> versions.version(r.to()))
        .orElseGet(this::version);
  }

  /** The current version. */
  public ServiceVersion version() {
    return versions.version(versions.current()).orElseThrow();
  }

  Service withPhase(ServicePhase next, Instant now, String reason) {
    return new Service(
        index,
        definition,
        next,
        next == phase ? phaseSince : now,
        reason,
        packageDigest,
        packageBytes,
        placements,
        settings,
        versions,
        lastMove);
  }

  Service withCards(int number) {
    return with(definition.withCards(number), placements, settings);
  }

  Service withPackage(String digest, long bytes) {
    return with(versions.withPackage(versions.current(), digest, bytes));
  }

  /** The service with other versions; its definition and package follow the current one. */
  Service with(ServiceVersions next) {
    ServiceVersion current = next.version(next.current()).orElseThrow();
    return new Service(
        index,
        definition.withContent(current.contentDigest()),
        phase,
        phaseSince,
        waitsFor,
        current.packageDigest(),
        current.packageBytes(),
        placements,
        settings,
        next,
        lastMove);
  }

  /** The service with a move begun, gone on or ended. */
  Service with(Move next) {
    return new Service(
        index,
        definition,
        phase,
        phaseSince,
        waitsFor,
        packageDigest,
        packageBytes,
        placements,
        settings,
        versions,
        next);
  }

  Service withPlacements(List<Placement> next) {
    return with(definition, next, settings);
  }

  /** The service with other settings. */
  public Service withSettings(ServiceSettings next) {
    return with(definition, placements, next);
  }

  Service withPlacement(Placement changed, Instant now) {
    return withPlacements(
        placements.stream()
            .map(p -> p.position().equals(changed.position()) ? changed.at(now) : p)
            .toList());
  }

  private Service with(ServiceDefinition defined, List<Placement> placed, ServiceSettings set) {
    return new Service(
        index,
        defined,
        phase,
        phaseSince,
        waitsFor,
        packageDigest,
        packageBytes,
        placed,
        set,
        versions,
        lastMove);
  }
}
