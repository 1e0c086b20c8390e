package io.cade.engine.device;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.ModelStanding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is on record about the device in a slot (SPEC R1, R5). Immutable.
 *
 * @param type that somebody gave it; empty: by its role
 * @param pinned number of the version that it is to have whatever its type has, 0 for none
 * @param given what it was given last
 * @param order what it was told to do, if it is at it or has failed
 * @param renew whether it is to be put right once more
 * @param standing what it said last of itself
 * @param trial what is tried on it
 * @param adoption of what was found on it, as it was asked for last
 */
public record DeviceRecord(
    CardPosition position,
    String type,
    int pinned,
    @Nullable Given given,
    @Nullable DeviceOrder order,
    boolean renew,
    @Nullable Standing standing,
    @Nullable Trial trial,
    @Nullable Adoption adoption) {

  /**
   * A model that a card has.
   *
   * @param label for example {@code server/7}
   * @param mac of the card: another one has nothing yet
   */
  public record Given(String label, int version, String digest, String mac, Instant at) {}

  /**
   * What a device said of itself.
   *
   * @param since when what it says of differences was said first
   * @param drifting when it began to have differences; null while it has none
   */
  public record Standing(ModelStanding told, Instant since, @Nullable Instant drifting) {}

  /** Items that are tried on one device. */
  public record Trial(List<String> keys, String by, String why, Instant at) {
    public Trial {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Found items on their way into the model.
   *
   * @param command that reads them
   * @param found by the card; null while it has not said
   * @param outcome empty while it is under way, {@code version N}, or why it failed
   * @param done whether it became a version
   */
  public record Adoption(
      List<String> keys,
      long command,
      Instant since,
      String by,
      String why,
      @Nullable List<DeviceItem> found,
      boolean done,
      String outcome) {
    public Adoption {
      keys = List.copyOf(keys);
    }

    public boolean underWay() {
      return outcome.isEmpty();
    }

    public Adoption with(@Nullable List<DeviceItem> items) {
      return new Adoption(keys, command, since, by, why, items, false, "");
    }

    public Adoption ended(boolean good, String how) {
      return new Adoption(keys, command, since, by, why, null, good, how);
    }
  }

  /** Nothing is on record yet. */
  public static DeviceRecord none(CardPosition position) {
    return new DeviceRecord(position, "", 0, null, null, false, null, null, null);
  }

  /** Whether the card is being changed. */
  public boolean busy() {
    return order != null && order.busy();
  }

  /** Whether a key is tried on the card. */
  public boolean tries(String key) {
    return trial != null && trial.keys().contains(key);
  }

  /** Differences that no trial explains. */
  public List<ItemDifference> drift() {
    return standing == null
        ? List.of()
        : standing.told().differences().stream().filter(d -> !tries(d.key())).toList();
  }

  public DeviceRecord withType(String next) {
    return new DeviceRecord(position, next, 0, given, order, renew, standing, trial, adoption);
  }

  public DeviceRecord withPinned(int version) {
    return new DeviceRecord(
        position, type, version, given, order, renew, standing, trial, adoption);
  }

  public DeviceRecord withOrder(@Nullable DeviceOrder next) {
    return new DeviceRecord(position, type, pinned, given, next, renew, standing, trial, adoption);
  }

  public DeviceRecord withRenew(boolean again) {
    return new DeviceRecord(position, type, pinned, given, order, again, standing, trial, adoption);
  }

  public DeviceRecord withAdoption(@Nullable Adoption next) {
    return new DeviceRecord(position, type, pinned, given, order, renew, standing, trial, next);
  }

  /** It has carried out what it was told: what it said of itself before means nothing any more. */
  public DeviceRecord completed(DeviceOrder done, String mac, Instant now) {
    return switch (done.kind()) {
      case APPLY ->
          new DeviceRecord(
              position,
              type,
              pinned,
              new Given(done.label(), done.version(), done.digest(), mac, now),
              null,
              false,
              null,
              null,
              adoption);
      case TRY ->
          new DeviceRecord(
              position,
              type,
              pinned,
              given,
              null,
              renew,
              null,
              new Trial(done.keys(), done.by(), done.why(), now),
              adoption);
    };
  }

  /** Another card sits in the slot: it knows nothing of what the one before was given. */
  public DeviceRecord replaced() {
    return new DeviceRecord(position, type, pinned, null, order, false, null, null, adoption);
  }

  /** It said something of itself. */
  public DeviceRecord told(ModelStanding said, Instant now) {
    Standing before = standing;
    boolean drifts = !said.differences().isEmpty() || said.more() > 0 || !said.problem().isEmpty();
    boolean same = before != null && same(before.told(), said);
    Instant drifting =
        !drifts ? null : before != null && before.drifting() != null ? before.drifting() : now;
    return new DeviceRecord(
        position,
        type,
        pinned,
        given,
        order,
        renew,
        new Standing(said, same && before != null ? before.since() : now, drifting),
        trial,
        adoption);
  }

  /** Whether two standings say the same of the device, however often it has looked. */
  public static boolean same(ModelStanding a, ModelStanding b) {
    return a.label().equals(b.label())
        && a.differences().equals(b.differences())
        && a.more() == b.more()
        && a.pendingChange() == b.pendingChange()
        && a.problem().equals(b.problem());
  }
}
