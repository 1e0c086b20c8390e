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
 * @param packageDigest signed package generated for it, empty before phase 4
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
    ServiceSettings settings) {
  public Service(
      int index,
      ServiceDefinition definition,
      ServicePhase phase,
      Instant phaseSince,
      String waitsFor,
      String packageDigest,
      long packageBytes,
      List<Placement> placements,
      @Nullable ServiceSettings settings) {
    this.index = index;
    this.definition = definition;
    this.phase = phase;
    this.phaseSince = phaseSince;
    this.waitsFor = waitsFor;
    this.packageDigest = packageDigest;
    this.packageBytes = packageBytes;
    this.placements = List.copyOf(placements);
    this.settings = settings == null ? ServiceSettings.none() : settings;
  }

  /** With everything about its visitors' way at the default. */
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
        null);
  }

  /** Its name, the key. */
  public String name() {
    return definition.name();
  }

  /** The placement on a card, if the service is bound to it. */
  public Optional<Placement> on(CardPosition position) {
    return placements.stream().filter(p -> p.position().equals(position)).findFirst();
  }

  /** Placements that serve now. */
  public long running() {
    return placements.stream().filter(p -> p.state() == Placement.State.RUNNING).count();
  }

  Service withPhase(ServicePhase next, Instant now, String reason) {
    Instant since = next == phase ? phaseSince : now;
    return new Service(
        index, definition, next, since, reason, packageDigest, packageBytes, placements, settings);
  }

  Service withCards(int number) {
    return new Service(
        index,
        definition.withCards(number),
        phase,
        phaseSince,
        waitsFor,
        packageDigest,
        packageBytes,
        placements,
        settings);
  }

  Service withPackage(String digest, long bytes) {
    return new Service(
        index, definition, phase, phaseSince, waitsFor, digest, bytes, placements, settings);
  }

  Service withPlacements(List<Placement> next) {
    return new Service(
        index,
        definition,
        phase,
        phaseSince,
        waitsFor,
        packageDigest,
        packageBytes,
        next,
        settings);
  }

  /** The service with other settings. */
  public Service withSettings(ServiceSettings next) {
    return new Service(
        index,
        definition,
        phase,
        phaseSince,
        waitsFor,
        packageDigest,
        packageBytes,
        placements,
        next);
  }

  Service withPlacement(Placement changed, Instant now) {
    return withPlacements(
        placements.stream()
            .map(p -> p.position().equals(changed.position()) ? changed.at(now) : p)
            .toList());
  }
}
