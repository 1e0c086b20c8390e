package io.cade.engine.operate;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.TrafficLimits;
import io.cade.engine.model.CardState;
import io.cade.engine.model.Move;
import io.cade.engine.model.Placement;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is shown to operators, ready for JSON: names carry units, times are instants (ISO-8601 in
 * JSON), what is not known is absent. Names of fields are part of the API: added to, never changed.
 */
public final class Views {
  private Views() {}

  /**
   * The module at a glance.
   *
   * @param logPosition of the state shown
   * @param cardsByState number of slots in each state; states without a card are left out
   */
  public record CabinetView(
      Instant at,
      long logPosition,
      int cards,
      Map<CardState, Integer> cardsByState,
      int services,
      int servicesAnnounced,
      Map<Severity, Integer> activeAlarms,
      int leases,
      int swaps) {}

  /**
   * @param address leased or configured internal address, if any
   * @param lastHeard when it last reported, if it did since the engine started
   * @param boot what it boots next; absent for cards that keep their images themselves
   */
  public record CardView(
      CardPosition position,
      CardRole role,
      CardState state,
      Instant since,
      String cause,
      @Nullable String mac,
      @Nullable String address,
      @Nullable Instant lastHeard,
      List<String> services,
      int commandsWaiting,
      @Nullable HardwareView hardware,
      @Nullable SoftwareView software,
      String certificateSerial,
      @Nullable DrainView drain,
      @Nullable PowerView power,
      boolean locate,
      List<DiskView> disks,
      @Nullable BootView boot) {}

  /**
   * Why a card is without power, or on its way there.
   *
   * @param reason {@code operator}, {@code cycle}, {@code handle}, {@code heat} or {@code budget}
   * @param back when it is to have power again of its own accord
   */
  public record PowerView(
      Instant since, String reason, String by, Instant endsBy, @Nullable Instant back) {}

  /**
   * A data disk of a card.
   *
   * @param state {@code healthy}, {@code rebuilding}, {@code failed} or {@code missing}
   */
  public record DiskView(int number, String serialNumber, String state, int rebuildPercent) {}

  /**
   * A chassis as its reader saw it last; slots are numbers.
   *
   * @param demandWatts what its cards that have power may draw
   * @param capacityWatts what the good supplies give for cards; absent when no inventory tells
   */
  public record ChassisView(
      int chassis,
      CardPosition reader,
      Instant at,
      List<Integer> presentSlots,
      List<Integer> openHandles,
      List<Integer> poweredOff,
      List<Integer> blueLeds,
      List<Integer> locateLeds,
      String fanControl,
      List<FanView> fans,
      List<SupplyView> supplies,
      int demandWatts,
      @Nullable Integer capacityWatts) {}

  public record FanView(
      int number,
      @Nullable Long rpm,
      int dutyPercent,
      boolean stalled,
      boolean spinFailed,
      boolean driveFailed) {}

  /**
   * A power supply.
   *
   * @param capacityWatts that it may give, 0 when unknown
   * @param availableWatts of that, in air as warm as it is
   * @param watts that it gives; absent when not measured
   */
  public record SupplyView(
      int number,
      boolean good,
      String serialNumber,
      int capacityWatts,
      int availableWatts,
      @Nullable Long watts) {}

  /**
   * A card that is being emptied of visitors.
   *
   * @param running requests and sessions that still run there, as far as the proxies have told
   */
  public record DrainView(Instant since, Instant until, String by, int running) {}

  /** What the card is made of. */
  public record HardwareView(
      String manufacturer,
      String model,
      String serialNumber,
      int cpus,
      long memoryBytes,
      List<String> disks) {}

  /** What runs on the card before any service does. */
  public record SoftwareView(
      String agentVersion,
      String imageName,
      String imageVersion,
      String operatingSystem,
      String architecture,
      String bootsFrom) {}

  /**
   * What a card that boots from the network gets at its next boot.
   *
   * @param image name and version; empty when there is none
   * @param own whether the slot has an image of its own, from an update; else it is the image in
   *     use
   * @param trial image on trial, empty for none
   * @param attemptsLeft boots that the trial still has
   * @param before image that an update may still go back to, empty for none
   */
  public record BootView(
      String image, boolean own, String trial, int attemptsLeft, String before) {}

  /**
   * @param settings how the proxies treat it: what is set, by key
   * @param proxiesServing how many of the {@code proxies} that are up use routes with this service
   */
  public record ServiceView(
      String name,
      String kind,
      List<String> hosts,
      int cardsWanted,
      int cardsRunning,
      int proxiesServing,
      int proxies,
      ServicePhase phase,
      Instant phaseSince,
      String waitsFor,
      String contentDigest,
      String packageDigest,
      long packageBytes,
      List<PlacementView> placements,
      Map<String, String> settings,
      int version,
      @Nullable RolloutView rollout,
      @Nullable MoveView move,
      List<WaitView> waits) {}

  /**
   * A place on its way from one card to another, or the last that was.
   *
   * @param automatic whether the engine does it because {@code from} has failed
   * @param cause why it was undone, else empty
   */
  public record MoveView(
      CardPosition from,
      CardPosition to,
      Move.Stage stage,
      Instant since,
      boolean automatic,
      String by,
      String why,
      String cause,
      String words) {}

  /**
   * Free cards.
   *
   * @param keptBack how many of them only take the place of others
   * @param free all of them
   */
  public record SparesView(int keptBack, List<CardPosition> free) {}

  /**
   * Something that a service waits for.
   *
   * @param what follows "waits for"
   * @param until when it ends by itself, or something else is done about it, at the latest
   */
  public record WaitView(String what, Instant since, @Nullable Instant until) {}

  /**
   * A version on its way, or the last that was.
   *
   * @param cause why it goes or went back, or what it waits for; else empty
   */
  public record RolloutView(
      int from,
      int to,
      Rollout.Stage stage,
      Instant since,
      @Nullable CardPosition card,
      List<CardPosition> done,
      int cards,
      long gateSeconds,
      String by,
      String cause) {}

  /**
   * What would become of each card if a service were to have so many.
   *
   * @param exists whether there is such a service
   * @param possible whether it could be done now
   * @param summary outcome in a sentence, and why it is not possible if it is not
   * @param verdicts those that join or leave first, in the order in which they are chosen
   */
  public record PlanView(
      String service,
      boolean exists,
      int cards,
      boolean possible,
      String summary,
      List<VerdictView> verdicts) {}

  /**
   * @param verdict {@code joins}, {@code leaves}, {@code stays}, {@code spare}, {@code in_use},
   *     {@code drained}, {@code held} or {@code not_available}
   */
  public record VerdictView(CardPosition position, String verdict, String reason) {}

  /** A version of a service's content. */
  public record VersionView(
      int number,
      boolean current,
      Instant at,
      String by,
      String why,
      String contentDigest,
      String packageDigest,
      long packageBytes) {}

  public record PlacementView(CardPosition position, Placement.State state, String detail) {}

  /**
   * @param source {@code card 1.3} or {@code chassis 1}
   * @param quantity what is measured, for example {@code temperature}
   * @param value absent when it could not be read; the cause says why
   * @param unit {@code celsius}, {@code rpm}, {@code percent}, {@code volts}, {@code amperes},
   *     {@code watts}, or {@code boolean} (1 good, 0 bad)
   */
  public record SensorView(
      String source,
      String name,
      String quantity,
      @Nullable Double value,
      String unit,
      String cause,
      Instant at) {}

  /**
   * @param sequence 0 for a condition that is suppressed
   * @param rootCause type and source of the alarm that this one follows from, or empty
   * @param flapping how often it came lately, while it is damped
   * @param suppressedBy type and source of the alarm that stands for it, or empty
   */
  public record AlarmView(
      long sequence,
      String type,
      String source,
      Severity severity,
      String probableCause,
      String text,
      Instant raisedAt,
      @Nullable Instant clearedAt,
      String acknowledgedBy,
      @Nullable Instant acknowledgedAt,
      String rootCause,
      String flapping,
      String suppressedBy) {}

  /**
   * @param group {@code dhcp}, {@code dhcpMalformed}, {@code tftp}, {@code bootTree} or {@code
   *     bootHttp}
   * @param outcome what became of a request
   * @param count how often, since the engine started
   */
  public record BootCounterView(String group, String outcome, long count) {}

  public record SwapView(
      CardPosition position,
      Instant at,
      String oldMac,
      String newMac,
      String oldSerial,
      String newSerial) {}

  /**
   * @param routesVersion snapshot in use; absent before the first report
   */
  public record ProxyView(
      CardPosition position,
      CardRole role,
      CardState state,
      @Nullable Instant lastHeard,
      @Nullable Long routesVersion,
      List<BackendView> backends) {}

  /** A back end as the proxy sees it. */
  public record BackendView(
      String service,
      CardPosition position,
      boolean usable,
      String cause,
      long requests,
      long failures,
      @Nullable Integer running) {}

  /**
   * Whom a service is protected from.
   *
   * @param service {@code *} for all of them
   */
  public record ProtectionView(
      String service, List<String> allow, List<String> deny, TrafficLimits limits) {}

  /** Within the last minute, five minutes, hour, day. */
  public record FramesView(
      long requestsLastMinute,
      long requestsLast5Minutes,
      long requestsLastHour,
      long requestsLastDay,
      long bytesLastMinute,
      long bytesLast5Minutes,
      long bytesLastHour,
      long bytesLastDay) {}

  /** Of the last five to ten minutes; 0 when nothing was answered. */
  public record LatencyView(long p50Micros, long p90Micros, long p99Micros) {}

  /**
   * What visitors of a service have used. Totals are since {@code since}, over all proxies and
   * restarts, and never go back.
   *
   * @param answersByClass 1xx to 5xx, since the engine started
   */
  public record TrafficView(
      String service,
      Instant since,
      long requests,
      long failures,
      long refused,
      long bytesIn,
      long bytesOut,
      long localRequests,
      long remoteRequests,
      long localBytes,
      List<Long> answersByClass,
      FramesView frames,
      LatencyView latency,
      List<CardTrafficView> cards) {}

  /** The part of one card, since the engine started. */
  public record CardTrafficView(
      CardPosition position,
      long requests,
      long failures,
      long bytesIn,
      long bytesOut,
      FramesView frames,
      LatencyView latency) {}

  /**
   * @param count since the proxy started
   */
  public record RefusalView(CardPosition proxy, String reason, long count) {}

  /** What an address is held for. */
  public enum LeaseKind {
    /** By the card in a slot. */
    CARD,
    /** By a machine without a slot. */
    POOL,
    /** By somebody who did not get it here: given to nobody. */
    LOCKED
  }

  /**
   * @param position of a card's lease
   * @param client identity of the holder of a pool's address
   * @param expiresAt may be past: it is kept for its holder
   */
  public record LeaseView(
      String address,
      @Nullable CardPosition position,
      @Nullable String mac,
      String client,
      String hostName,
      LeaseKind kind,
      Instant grantedAt,
      Instant expiresAt) {}

  /**
   * @param leases some of them
   * @param total how many there are
   */
  public record LeasesView(List<LeaseView> leases, int total) {}

  /**
   * @param imported new or extended
   * @param unchanged were there already, with this or a later end
   * @param expired left out
   */
  public record LeaseImportView(int imported, int unchanged, int expired) {}
}
