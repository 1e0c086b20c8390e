package io.cade.engine.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.SoftwareDescriptor;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can alter the {@link Cabinet}. The JSON names are the format of the durable log:
 * they are added to, never changed.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Change.LeaseGranted.class, name = "lease-granted"),
  @JsonSubTypes.Type(value = Change.LeaseEnded.class, name = "lease-ended"),
  @JsonSubTypes.Type(value = Change.PoolLeaseGranted.class, name = "pool-lease-granted"),
  @JsonSubTypes.Type(value = Change.PoolLeaseEnded.class, name = "pool-lease-ended"),
  @JsonSubTypes.Type(value = Change.PoolAddressLocked.class, name = "pool-address-locked"),
  @JsonSubTypes.Type(value = Change.CardSeated.class, name = "card-seated"),
  @JsonSubTypes.Type(value = Change.CardEnrolled.class, name = "card-enrolled"),
  @JsonSubTypes.Type(value = Change.CardIntroduced.class, name = "card-introduced"),
  @JsonSubTypes.Type(value = Change.CardStateChanged.class, name = "card-state-changed"),
  @JsonSubTypes.Type(value = Change.ServiceCreated.class, name = "service-created"),
  @JsonSubTypes.Type(value = Change.ServicePhaseChanged.class, name = "service-phase-changed"),
  @JsonSubTypes.Type(value = Change.CardsBound.class, name = "cards-bound"),
  @JsonSubTypes.Type(value = Change.PackageGenerated.class, name = "package-generated"),
  @JsonSubTypes.Type(value = Change.PlacementChanged.class, name = "placement-changed"),
  @JsonSubTypes.Type(value = Change.ServiceDeleted.class, name = "service-deleted"),
  @JsonSubTypes.Type(
      value = Change.ServiceSettingsChanged.class,
      name = "service-settings-changed"),
  @JsonSubTypes.Type(value = Change.CardDrained.class, name = "card-drained"),
  @JsonSubTypes.Type(value = Change.CardUndrained.class, name = "card-undrained"),
  @JsonSubTypes.Type(value = Change.CardHeld.class, name = "card-held"),
  @JsonSubTypes.Type(value = Change.CardReleased.class, name = "card-released"),
  @JsonSubTypes.Type(value = Change.CardLocated.class, name = "card-located"),
  @JsonSubTypes.Type(value = Change.CommandQueued.class, name = "command-queued"),
  @JsonSubTypes.Type(value = Change.CommandFinished.class, name = "command-finished"),
  @JsonSubTypes.Type(value = Change.ImageImported.class, name = "image-imported"),
  @JsonSubTypes.Type(value = Change.ImageUsed.class, name = "image-used"),
  @JsonSubTypes.Type(value = Change.ImageRemoved.class, name = "image-removed"),
  @JsonSubTypes.Type(value = Change.AlarmRaised.class, name = "alarm-raised"),
  @JsonSubTypes.Type(value = Change.AlarmCleared.class, name = "alarm-cleared"),
  @JsonSubTypes.Type(value = Change.AlarmAcknowledged.class, name = "alarm-acknowledged"),
  @JsonSubTypes.Type(value = Change.NotificationDelivered.class, name = "notification-delivered"),
  @JsonSubTypes.Type(value = Change.ProtectionSet.class, name = "protection-set"),
  @JsonSubTypes.Type(value = Change.TrafficCounted.class, name = "traffic-counted"),
  @JsonSubTypes.Type(value = Change.Audited.class, name = "audited"),
})
public sealed interface Change {

  /** The card in a slot holds an address until {@code expiresAt}. */
  record LeaseGranted(CardPosition position, MacAddress mac, String address, Instant expiresAt)
      implements Change {}

  /** The address is free again. */
  record LeaseEnded(CardPosition position, String cause) implements Change {}

  /**
   * A machine without a slot holds an address of a pool until {@code expiresAt}; what it held
   * before, and what was on record for the address, is over.
   *
   * @param client and {@code hostName}: see {@link PoolLease}
   */
  record PoolLeaseGranted(
      String address, String client, MacAddress mac, String hostName, Instant expiresAt)
      implements Change {}

  /** Nothing is on record for the address of a pool any more. */
  record PoolLeaseEnded(String address, String cause) implements Change {}

  /** The address of a pool is not given to anybody until then: somebody uses it already. */
  record PoolAddressLocked(String address, Instant until, String cause) implements Change {}

  /** A card is known to sit in a slot; another MAC than before is a swap. */
  record CardSeated(CardPosition position, CardRole role, MacAddress mac) implements Change {}

  /** The card holds a certificate of the module's authority. */
  record CardEnrolled(CardPosition position, MacAddress mac, String certificateSerial)
      implements Change {}

  /** The card said what it is made of. */
  record CardIntroduced(
      CardPosition position,
      CardRole role,
      String bootId,
      HardwareDescriptor hardware,
      SoftwareDescriptor software)
      implements Change {}

  record CardStateChanged(CardPosition position, CardState state, String cause) implements Change {}

  record ServiceCreated(int index, ServiceDefinition definition) implements Change {}

  record ServicePhaseChanged(String service, ServicePhase phase, String waitsFor)
      implements Change {}

  /** Placements for positions that are new; those left out are gone. */
  record CardsBound(String service, List<CardPosition> positions) implements Change {
    public CardsBound {
      positions = List.copyOf(positions);
    }
  }

  record PackageGenerated(String service, String packageDigest, long packageBytes)
      implements Change {}

  record PlacementChanged(String service, Placement placement) implements Change {}

  /** How the proxies treat the service from now on, as a whole. */
  record ServiceSettingsChanged(String service, ServiceSettings settings) implements Change {}

  /** The card gets no new visitors; those bound to it may stay until then. */
  record CardDrained(CardPosition position, Instant until, String by) implements Change {}

  /** The card gets visitors again. */
  record CardUndrained(CardPosition position) implements Change {}

  /** The card is not to have power; see {@link PowerHold}. */
  record CardHeld(
      CardPosition position,
      PowerHold.Reason reason,
      Instant endsBy,
      @Nullable Instant back,
      String by)
      implements Change {}

  /** The card is to have power again. */
  record CardReleased(CardPosition position) implements Change {}

  /** The locate LED of the slot is to be lit, or dark. */
  record CardLocated(CardPosition position, boolean lit) implements Change {}

  record ServiceDeleted(String service) implements Change {}

  record CommandQueued(CardPosition position, Command command) implements Change {}

  /** The card carried the command out, or it no longer matters; it leaves the queue. */
  record CommandFinished(CardPosition position, long commandId, boolean succeeded, String detail)
      implements Change {}

  /** A boot image was checked and unpacked; its parts are durable. */
  record ImageImported(StoredImage image) implements Change {}

  /** Cards of the image's architecture boot it from now on, and no other. */
  record ImageUsed(String digest) implements Change {}

  record ImageRemoved(String digest) implements Change {}

  record AlarmRaised(AlarmKey key, Severity severity, String text) implements Change {}

  record AlarmCleared(AlarmKey key, String cause) implements Change {}

  record AlarmAcknowledged(AlarmKey key, String by) implements Change {}

  /** The operations centre has acknowledged the notification of this sequence number. */
  record NotificationDelivered(long sequence) implements Change {}

  /** Whom a service, or the whole module, is protected from; an empty protection takes it away. */
  record ProtectionSet(SiteProtection protection) implements Change {}

  /** A proxy's counts, as it said them; only services where they have changed. */
  record TrafficCounted(CardPosition proxy, String bootId, List<Counted> services)
      implements Change {
    public TrafficCounted {
      services = List.copyOf(services);
    }

    /** Where the count began and where it stands. */
    public record Counted(String service, long generation, TrafficTotals count) {}
  }

  /** A management action was carried out or refused (SPEC A5). */
  record Audited(String user, String action, String outcome) implements Change {}
}
