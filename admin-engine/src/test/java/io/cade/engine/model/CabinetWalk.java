package io.cade.engine.model;

import io.cade.agent.wire.AccessRules;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SensorReading;
import io.cade.agent.wire.SiteProtection;
import io.cade.agent.wire.SoftwareDescriptor;
import io.cade.agent.wire.TrafficLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random changes of every kind about a small cabinet; many of them contradict its state. */
public final class CabinetWalk {
  private static final int KINDS = 38;

  private final Random random;
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");

  public CabinetWalk(long seed) {
    this.random = new Random(seed);
  }

  /** A time that mostly goes on, sometimes stands still, and once in a while goes back. */
  public Instant now() {
    now = now.plusNanos(1_000L * (random.nextInt(10) == 0 ? -5_000 : random.nextInt(3) * 1_000));
    return now;
  }

  private CardPosition position() {
    return new CardPosition(1 + random.nextInt(2), 1 + random.nextInt(14));
  }

  private MacAddress mac() {
    return new MacAddress("02:00:00:00:00:%02x".formatted(random.nextInt(40)));
  }

  private String pooled() {
    return "10.0.0." + random.nextInt(20);
  }

  private String service() {
    return "site" + random.nextInt(4);
  }

  private AlarmKey alarm() {
    AlarmType type = any(AlarmType.values());
    return new AlarmKey(type, "card " + position());
  }

  private <E> E any(E[] values) {
    return values[random.nextInt(values.length)];
  }

  /** A change, allowed or not. */
  public Change change(Cabinet cabinet) {
    CardPosition at = position();
    return switch (random.nextInt(KINDS)) {
      case 36 ->
          random.nextInt(3) == 0
              ? new Change.ImageRemoved("sha256:" + random.nextInt(3))
              : new Change.ImageImported(image(random.nextInt(3)));
      case 37 ->
          switch (random.nextInt(4)) {
            case 0 -> new Change.SlotImageForgotten(at);
            case 1 -> new Change.ImageUsed("sha256:" + random.nextInt(3));
            default ->
                new Change.SlotImageChanged(
                    SlotImage.onTrial(
                        at, "sha256:" + random.nextInt(3), "sha256:" + random.nextInt(3)));
          };
      case 33, 34, 35 -> new DeviceWalk(random).change(cabinet, at, now);
      case 24 -> {
        AlarmKey key = alarm();
        yield new Change.AlarmChange.Altered(key, any(Severity.values()), "worse", "");
      }
      case 25 ->
          new Change.AlarmChange.Suppressed(
              alarm(), Severity.MAJOR, "silent", new AlarmKey(AlarmType.CHASSIS_LOST, "chassis 1"));
      case 26 -> new Change.AlarmChange.Released(alarm());
      case 27 ->
          new Change.AlarmChange.ThresholdSet(
              SensorThreshold.high(SensorReading.Kind.CELSIUS, 60, 70 + random.nextInt(9), 80, 2));
      case 28 -> new Change.AlarmChange.ThresholdRemoved("celsius|*||");
      case 29 ->
          new Change.AlarmChange.RuleSet(
              new AlarmRule(
                  "rule" + random.nextInt(3),
                  List.of(AlarmType.CARD_LOST),
                  "card 1.*",
                  any(Severity.values()),
                  AlarmRule.Action.DRAIN_CARD,
                  List.of(),
                  Duration.ofMinutes(5),
                  3,
                  0,
                  List.of()));
      case 30 ->
          random.nextBoolean()
              ? new Change.AlarmChange.RuleRemoved("rule" + random.nextInt(3))
              : new Change.AlarmChange.RuleLooked(
                  "rule" + random.nextInt(3),
                  cabinet.nextNotification() - 1,
                  List.of(new AlarmRule.Firing(1, "card 1.1", now, "done", true)));
      case 31 ->
          new Change.AlarmChange.NotificationPosted(
              PendingNotification.Kind.TEST, "try", alarm(), List.of());
      case 32 ->
          random.nextInt(4) == 0
              ? new Change.AlarmChange.ReceiversKnown(
                  random.nextBoolean() ? List.of("noc") : List.of("noc", "backup"))
              : new Change.AlarmChange.NotificationsDelivered(
                  "noc", Math.max(0, cabinet.nextNotification() - random.nextInt(5)));
      case 22 ->
          new Change.ProtectionSet(
              new SiteProtection(
                  random.nextInt(5) == 0 ? SiteProtection.EVERYWHERE : service(),
                  random.nextBoolean()
                      ? AccessRules.none()
                      : new AccessRules(List.of("10.0.0.0/8"), List.of("2001:db8::/32")),
                  random.nextBoolean()
                      ? TrafficLimits.none()
                      : new TrafficLimits(9, 0, 5, 7, 0, 3, 1L << 33, 80, 24, 64)));
      case 23 ->
          new Change.TrafficCounted(
              new CardPosition(0, 4 + random.nextInt(2)),
              "boot" + random.nextInt(2),
              List.of(
                  new Change.TrafficCounted.Counted(
                      service(),
                      random.nextInt(2),
                      new TrafficTotals(random.nextInt(99), 1, 2, 3, 1L << 40, 5, 6))));
      case 0 ->
          new Change.LeaseGranted(
              at, mac(), "127.1." + at.chassis() + "." + at.slot(), now.plusSeconds(600));
      case 1 -> new Change.LeaseEnded(at, "released");
      case 2 -> new Change.CardSeated(at, CardRole.SERVER, mac());
      case 3 ->
          switch (random.nextInt(6)) {
            case 0 -> new Change.CertificateChange.Renewed(at, "2f", now.plusSeconds(60));
            case 1 -> new Change.CertificateChange.Proven(at, "2f");
            case 2 -> new Change.CertificateChange.BootReturned(at, "boot1");
            case 3 -> new Change.CertificateChange.BootsForgotten(at);
            case 4 -> new Change.CardEnrolled(at, mac(), "1f", now.plusSeconds(90));
            default -> new Change.CardEnrolled(at, mac(), "1f");
          };
      case 4 ->
          new Change.CardIntroduced(
              at,
              CardRole.SERVER,
              "boot" + random.nextInt(3),
              new HardwareDescriptor("Cade", "Blade", "S1", mac(), 2, 1L << 30, List.of("sda")),
              new SoftwareDescriptor("1", "blade", "1", "Linux ü€𝄞"));
      case 5, 6 -> new Change.CardStateChanged(at, any(CardState.values()), "asked");
      case 7 ->
          new Change.ServiceCreated(
              cabinet.nextServiceIndex(),
              new ServiceDefinition(
                  service(), "static-site", List.of("www.shop.example"), 2, "sha256:00"));
      case 8 -> new Change.ServicePhaseChanged(service(), any(ServicePhase.values()), "");
      case 9 -> new Change.CardsBound(service(), List.of(at, position()));
      case 10 -> new Change.PackageGenerated(service(), "sha256:01", random.nextInt(1_000));
      case 11 ->
          new Change.PlacementChanged(
              service(), new Placement(at, any(Placement.State.values()), "", "boot1"));
      case 12 -> new Change.ServiceDeleted(service());
      case 13 -> new Change.CommandQueued(at, command(cabinet.nextCommand()));
      case 14 ->
          new Change.CommandFinished(
              at, Math.max(1, cabinet.nextCommand() - random.nextInt(9)), random.nextBoolean(), "");
      case 15 -> {
        AlarmKey key = alarm();
        yield new Change.AlarmRaised(key, key.type().severity(), "it happened");
      }
      case 16 -> new Change.AlarmCleared(alarm(), "it passed");
      case 17 -> new Change.AlarmAcknowledged(alarm(), "anna");
      case 18 ->
          new Change.PoolLeaseGranted(
              pooled(), "id 01" + random.nextInt(9), mac(), "laptop", now.plusSeconds(60));
      case 19 -> new Change.PoolLeaseEnded(pooled(), "released");
      case 20 -> new Change.PoolAddressLocked(pooled(), now.plusSeconds(600), "declined");
      default ->
          new Change.NotificationDelivered(
              Math.max(1, cabinet.nextNotification() - random.nextInt(9)));
    };
  }

  private static StoredImage image(int number) {
    return new StoredImage(
        "sha256:" + number,
        "blade",
        "1." + number,
        number,
        number == 2 ? "aarch64" : "x86_64",
        Instant.EPOCH,
        0,
        100,
        "signer",
        List.of(new StoredImage.Part("kernel", "kernel", 10, "sha256:00")),
        Instant.EPOCH,
        "anna",
        false);
  }

  private Command command(long id) {
    return switch (random.nextInt(3)) {
      case 0 -> new Command.InstallService(id, service(), "sha256:01", 100);
      case 1 -> new Command.StartService(id, service(), "static-site", "sha256:01", 8000);
      default -> new Command.StopService(id, service());
    };
  }

  /** Changes that the state allows, one after the other. */
  public List<Change> allowed(Cabinet from, int count) {
    List<Change> changes = new ArrayList<>();
    CabinetBuilder builder = new CabinetBuilder(from);
    while (changes.size() < count) {
      Change change = change(builder.view());
      try {
        builder.apply(change, now);
        changes.add(change);
      } catch (IllegalStateException e) {
        // Not allowed: another one.
      }
    }
    return changes;
  }
}
