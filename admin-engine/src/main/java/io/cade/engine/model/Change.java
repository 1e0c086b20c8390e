package io.cade.engine.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.model.PendingNotification.Kind;
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
  @JsonSubTypes.Type(value = Change.ServiceResized.class, name = "service-resized"),
  @JsonSubTypes.Type(value = Change.PackageGenerated.class, name = "package-generated"),
  @JsonSubTypes.Type(value = Change.VersionAdded.class, name = "version-added"),
  @JsonSubTypes.Type(value = Change.VersionBuilt.class, name = "version-built"),
  @JsonSubTypes.Type(value = Change.RolloutChanged.class, name = "rollout-changed"),
  @JsonSubTypes.Type(value = Change.SparesSet.class, name = "spares-set"),
  @JsonSubTypes.Type(value = Change.MoveChanged.class, name = "move-changed"),
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
  @JsonSubTypes.Type(value = Change.CertificateChange.Renewed.class, name = "certificate-renewed"),
  @JsonSubTypes.Type(value = Change.CertificateChange.Proven.class, name = "certificate-proven"),
  @JsonSubTypes.Type(value = Change.CertificateChange.Revoked.class, name = "certificate-revoked"),
  @JsonSubTypes.Type(value = Change.CertificateChange.BootReturned.class, name = "boot-returned"),
  @JsonSubTypes.Type(
      value = Change.CertificateChange.BootsForgotten.class,
      name = "boots-forgotten"),
  @JsonSubTypes.Type(value = Change.CommandQueued.class, name = "command-queued"),
  @JsonSubTypes.Type(value = Change.CommandFinished.class, name = "command-finished"),
  @JsonSubTypes.Type(value = Change.CommandIdsLeapt.class, name = "command-ids-leapt"),
  @JsonSubTypes.Type(value = Change.ImageImported.class, name = "image-imported"),
  @JsonSubTypes.Type(value = Change.ImageUsed.class, name = "image-used"),
  @JsonSubTypes.Type(value = Change.ImageRemoved.class, name = "image-removed"),
  @JsonSubTypes.Type(value = Change.ImageUpdateChanged.class, name = "image-update-changed"),
  @JsonSubTypes.Type(value = Change.SlotImageChanged.class, name = "slot-image-changed"),
  @JsonSubTypes.Type(value = Change.SlotImageForgotten.class, name = "slot-image-forgotten"),
  @JsonSubTypes.Type(value = Change.AlarmRaised.class, name = "alarm-raised"),
  @JsonSubTypes.Type(value = Change.AlarmCleared.class, name = "alarm-cleared"),
  @JsonSubTypes.Type(value = Change.AlarmAcknowledged.class, name = "alarm-acknowledged"),
  @JsonSubTypes.Type(value = Change.NotificationDelivered.class, name = "notification-delivered"),
  @JsonSubTypes.Type(value = Change.AlarmChange.Altered.class, name = "alarm-altered"),
  @JsonSubTypes.Type(value = Change.AlarmChange.Suppressed.class, name = "alarm-suppressed"),
  @JsonSubTypes.Type(value = Change.AlarmChange.Released.class, name = "alarm-released"),
  @JsonSubTypes.Type(value = Change.AlarmChange.ThresholdSet.class, name = "threshold-set"),
  @JsonSubTypes.Type(value = Change.AlarmChange.ThresholdRemoved.class, name = "threshold-removed"),
  @JsonSubTypes.Type(value = Change.AlarmChange.RuleSet.class, name = "alarm-rule-set"),
  @JsonSubTypes.Type(value = Change.AlarmChange.RuleRemoved.class, name = "alarm-rule-removed"),
  @JsonSubTypes.Type(value = Change.AlarmChange.RuleLooked.class, name = "alarm-rule-looked"),
  @JsonSubTypes.Type(
      value = Change.AlarmChange.NotificationPosted.class,
      name = "notification-posted"),
  @JsonSubTypes.Type(value = Change.AlarmChange.ReceiversKnown.class, name = "receivers-known"),
  @JsonSubTypes.Type(
      value = Change.AlarmChange.NotificationsDelivered.class,
      name = "notifications-delivered"),
  @JsonSubTypes.Type(value = Change.ProtectionSet.class, name = "protection-set"),
  @JsonSubTypes.Type(value = Change.TrafficCounted.class, name = "traffic-counted"),
  @JsonSubTypes.Type(
      value = Change.DeviceChange.ModelVersionAdded.class,
      name = "model-version-added"),
  @JsonSubTypes.Type(value = Change.DeviceChange.ModelRemoved.class, name = "model-removed"),
  @JsonSubTypes.Type(value = Change.DeviceChange.RunChanged.class, name = "apply-run-changed"),
  @JsonSubTypes.Type(value = Change.DeviceChange.RecordChanged.class, name = "device-changed"),
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

  /**
   * The card holds a certificate of the module's authority.
   *
   * @param endsAt when the certificate ends; logs of earlier versions do not tell
   */
  record CardEnrolled(
      CardPosition position, MacAddress mac, String certificateSerial, @Nullable Instant endsAt)
      implements Change {
    /** Of a certificate whose end is not known. */
    public CardEnrolled(CardPosition position, MacAddress mac, String certificateSerial) {
      this(position, mac, certificateSerial, null);
    }
  }

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

  /** The service is to have so many cards from now on, 1 to 280. */
  record ServiceResized(String service, int cards) implements Change {}

  record PackageGenerated(String service, String packageDigest, long packageBytes)
      implements Change {}

  /** The service has one more version of its content; no card has it yet. */
  record VersionAdded(String service, ServiceVersion version) implements Change {}

  /** The package of a version is in the store. */
  record VersionBuilt(String service, int number, String packageDigest, long packageBytes)
      implements Change {}

  /** How far a rollout has come; as DONE it makes its version the current one. */
  record RolloutChanged(String service, Rollout rollout) implements Change {}

  /** So many free cards are kept back from now on. */
  record SparesSet(int cards) implements Change {}

  /** How far a service's move from one card to another has come. */
  record MoveChanged(String service, Move move) implements Change {}

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

  /**
   * The card carried the command out, or it no longer matters; it leaves the queue.
   *
   * @param found what the command asked for, mostly nothing
   */
  record CommandFinished(
      CardPosition position,
      long commandId,
      boolean succeeded,
      String detail,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<DeviceItem> found)
      implements Change {
    /** The end of a command that asked for nothing. */
    public CommandFinished(
        CardPosition position, long commandId, boolean succeeded, String detail) {
      this(position, commandId, succeeded, detail, List.of());
    }

    /** Most commands have found nothing, and the log of earlier versions does not know of it. */
    @JsonCreator
    static CommandFinished stored(
        @JsonProperty("position") CardPosition position,
        @JsonProperty("commandId") long commandId,
        @JsonProperty("succeeded") boolean succeeded,
        @JsonProperty("detail") String detail,
        @JsonProperty("found") @Nullable List<DeviceItem> found) {
      return new CommandFinished(
          position, commandId, succeeded, detail, found == null ? List.of() : List.copyOf(found));
    }
  }

  /**
   * Ids of commands go on from here: those below may have been given in a time that the state does
   * not know of, and cards remember them.
   *
   * @param next id of the next command, unless that is higher already
   */
  record CommandIdsLeapt(long next) implements Change {}

  /** A boot image was checked and unpacked; its parts are durable. */
  record ImageImported(StoredImage image) implements Change {}

  /**
   * Cards of the image's architecture boot it from now on, and no other, except where an update is
   * under way: slots have no image of their own any more.
   */
  record ImageUsed(String digest) implements Change {}

  record ImageRemoved(String digest) implements Change {}

  /** What the card in a slot boots from the network, as a whole. */
  record SlotImageChanged(SlotImage slot) implements Change {}

  /** The card in a slot boots the image in use, as all do. */
  record SlotImageForgotten(CardPosition position) implements Change {}

  /** How far an update of cards to another boot image has come. */
  record ImageUpdateChanged(ImageUpdate update) implements Change {}

  /**
   * @param rootCause key of the alarm that this one follows from, as text, else empty
   */
  record AlarmRaised(AlarmKey key, Severity severity, String text, String rootCause)
      implements AlarmChange {
    /** An alarm that stands for itself. */
    public AlarmRaised(AlarmKey key, Severity severity, String text) {
      this(key, severity, text, "");
    }

    /** The log of earlier versions has no root causes. */
    @JsonCreator
    static AlarmRaised stored(
        @JsonProperty("key") AlarmKey key,
        @JsonProperty("severity") Severity severity,
        @JsonProperty("text") String text,
        @JsonProperty("rootCause") @Nullable String rootCause) {
      return new AlarmRaised(key, severity, text, rootCause == null ? "" : rootCause);
    }
  }

  record AlarmCleared(AlarmKey key, String cause) implements AlarmChange {}

  record AlarmAcknowledged(AlarmKey key, String by) implements AlarmChange {}

  /** As earlier versions said it, which had one receiver: it has acknowledged this one. */
  record NotificationDelivered(long sequence) implements AlarmChange {}

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

  /** Changes to models of devices, and to what is on record about devices (SPEC R1). */
  sealed interface DeviceChange extends Change {
    /** The model of a type has one more version; no card has it yet. */
    record ModelVersionAdded(String modelType, ModelVersion version) implements DeviceChange {}

    /** A type that no card has is gone, with all its versions and its last run. */
    record ModelRemoved(String modelType) implements DeviceChange {}

    /** How far a version has come; as DONE it is the one that its cards are to have. */
    record RunChanged(ApplyRun run) implements DeviceChange {}

    /** What is on record about the device in a slot, as a whole. */
    record RecordChanged(DeviceRecord record) implements DeviceChange {}
  }

  /** A management action was carried out or refused (SPEC A5). */
  record Audited(String user, String action, String outcome) implements Change {}

  /** What becomes of the certificate of a card that has one. */
  sealed interface CertificateChange extends Change {
    CardPosition position();

    /** A second certificate was issued; it takes over when the card first uses it. */
    record Renewed(CardPosition position, String nextSerial, @Nullable Instant endsAt)
        implements CertificateChange {}

    /** The card has used its second certificate: the first one counts no more. */
    record Proven(CardPosition position, String serial) implements CertificateChange {}

    /** No certificate of the card counts any more; it has to enrol. */
    record Revoked(CardPosition position, String why) implements CertificateChange {}

    /** A boot that another one had followed has introduced itself, and was refused. */
    record BootReturned(CardPosition position, String bootId) implements CertificateChange {}

    /** What boots the card had counts no more; whoever speaks next is believed. */
    record BootsForgotten(CardPosition position) implements CertificateChange {}
  }

  /** Changes to alarms, to what surrounds them, and to the log of notifications. */
  sealed interface AlarmChange extends Change {

    /**
     * An active alarm goes on with another severity, which is told, or another root cause, which is
     * not.
     */
    record Altered(AlarmKey key, Severity severity, String text, String rootCause)
        implements AlarmChange {}

    /** A condition is a part of an active alarm: nobody is told. */
    record Suppressed(AlarmKey key, Severity severity, String text, AlarmKey by)
        implements AlarmChange {}

    /** The condition is gone, or stands for itself from now on. */
    record Released(AlarmKey key) implements AlarmChange {}

    record ThresholdSet(SensorThreshold threshold) implements AlarmChange {}

    record ThresholdRemoved(String key) implements AlarmChange {}

    /** A new rule, or a new wording of one; it looks at alarms from now on. */
    record RuleSet(AlarmRule rule) implements AlarmChange {}

    record RuleRemoved(String name) implements AlarmChange {}

    /** The rule has looked at the notifications up to this sequence, and acted on some. */
    record RuleLooked(String name, long upTo, List<AlarmRule.Firing> firings)
        implements AlarmChange {
      public RuleLooked {
        firings = List.copyOf(firings);
      }
    }

    /**
     * Something is told that is no change of an alarm.
     *
     * @param about the alarm that it is about, if any
     * @param receivers who is told, empty for all
     */
    record NotificationPosted(
        Kind kind, String text, @Nullable AlarmKey about, List<String> receivers)
        implements AlarmChange {
      public NotificationPosted {
        receivers = List.copyOf(receivers);
      }
    }

    /** These receivers there are from now on; a new one gets what is told from now on. */
    record ReceiversKnown(List<String> names) implements AlarmChange {
      public ReceiversKnown {
        names = List.copyOf(names);
      }
    }

    /** The receiver has all notifications up to this sequence. */
    record NotificationsDelivered(String receiver, long upTo) implements AlarmChange {}
  }
}
