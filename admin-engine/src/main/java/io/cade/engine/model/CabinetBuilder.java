package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.MacAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@link Change}s to a copy of a {@link Cabinet}. Applying never fails for a change that
 * was decided on the same state; a change about something that is gone is a contradiction and
 * throws {@link IllegalStateException}, which the writer treats as a refused transaction.
 *
 * <p>Maps are copied when first written, so that a batch costs one copy a map, however many changes
 * it has. Not thread-safe: owned by the writer.
 */
public final class CabinetBuilder {
  private SortedMap<CardPosition, Card> cards;
  private SortedMap<CardPosition, Lease> leases;
  private SortedMap<String, Service> services;
  private SortedMap<CardPosition, CommandQueue> queues;
  private SortedMap<AlarmKey, Alarm> alarms;
  private SortedMap<Long, PendingNotification> notifications;
  private List<Swap> swaps;
  private long nextAlarm;
  private long nextNotification;
  private int nextServiceIndex;
  private long nextCommand;
  private long position;
  private final Set<EntityKey> touched = new LinkedHashSet<>();
  private final Set<Object> owned = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable Cabinet frozen;

  /** Starts from a cabinet. */
  public CabinetBuilder(Cabinet from) {
    cards = from.cards();
    leases = from.leases();
    services = from.services();
    queues = from.queues();
    alarms = from.alarms();
    notifications = from.notifications();
    swaps = from.swaps();
    nextAlarm = from.nextAlarm();
    nextNotification = from.nextNotification();
    nextServiceIndex = from.nextServiceIndex();
    nextCommand = from.nextCommand();
    position = from.position();
  }

  private CabinetBuilder(long position) {
    cards = new TreeMap<>();
    leases = new TreeMap<>();
    services = new TreeMap<>();
    queues = new TreeMap<>();
    alarms = new TreeMap<>();
    notifications = new TreeMap<>();
    swaps = List.of();
    nextAlarm = 1;
    nextNotification = 1;
    nextServiceIndex = 1;
    nextCommand = 1;
    this.position = position;
  }

  static CabinetBuilder of(long position) {
    return new CabinetBuilder(position);
  }

  /**
   * A builder to be filled with entities that were stored before ({@link #restore}).
   *
   * @param counters next alarm, next notification, next service index, next command
   */
  public static CabinetBuilder restored(long position, long[] counters) {
    CabinetBuilder b = new CabinetBuilder(position);
    b.nextAlarm = counters[0];
    b.nextNotification = counters[1];
    b.nextServiceIndex = (int) counters[2];
    b.nextCommand = counters[3];
    return b;
  }

  /** Puts back one stored entity. */
  public void restore(Object entity) {
    switch (entity) {
      case Card c -> own(cards, m -> cards = m).put(c.position(), c);
      case Lease l -> own(leases, m -> leases = m).put(l.position(), l);
      case Service s -> own(services, m -> services = m).put(s.name(), s);
      case Alarm a -> own(alarms, m -> alarms = m).put(a.key(), a);
      case PendingNotification n -> own(notifications, m -> notifications = m).put(n.sequence(), n);
      case Swap s -> addSwap(s);
      default ->
          throw new IllegalArgumentException("not an entity: " + entity.getClass().getName());
    }
  }

  /** Puts back a stored command queue. */
  public void restoreQueue(CardPosition at, CommandQueue queue) {
    own(queues, m -> queues = m).put(at, queue);
  }

  /** What the changes applied so far have altered, in order of first touch. */
  public Set<EntityKey> touched() {
    return Collections.unmodifiableSet(touched);
  }

  /** The cabinet as it stands; the same instance until the next change. */
  public Cabinet view() {
    Cabinet known = frozen;
    return known != null ? known : freeze(position);
  }

  /** The cabinet as it stands, at a log position; the builder can go on. */
  public Cabinet freeze(long atPosition) {
    position = atPosition;
    owned.clear();
    Cabinet result =
        new Cabinet(
            atPosition,
            Collections.unmodifiableSortedMap(cards),
            Collections.unmodifiableSortedMap(leases),
            Collections.unmodifiableSortedMap(services),
            Collections.unmodifiableSortedMap(queues),
            Collections.unmodifiableSortedMap(alarms),
            Collections.unmodifiableSortedMap(notifications),
            swaps,
            nextAlarm,
            nextNotification,
            nextServiceIndex,
            nextCommand);
    frozen = result;
    return result;
  }

  /**
   * Applies one change.
   *
   * @throws IllegalStateException when it contradicts the state, which is then as it was
   */
  public void apply(Change change, Instant at) {
    frozen = null;
    switch (change) {
      case Change.LeaseGranted c -> {
        leases()
            .put(c.position(), new Lease(c.position(), c.mac(), c.address(), at, c.expiresAt()));
        touch(EntityKey.Kind.LEASE, c.position());
      }
      case Change.LeaseEnded c -> {
        leases().remove(c.position());
        touch(EntityKey.Kind.LEASE, c.position());
      }
      case Change.CardSeated c -> seat(c, at);
      case Change.CardEnrolled c ->
          putCard(
              requireCard(c.position()).withMac(c.mac()).withCertificate(c.certificateSerial()));
      case Change.CardIntroduced c ->
          putCard(
              requireCard(c.position())
                  .introduced(c.role(), c.bootId(), c.hardware(), c.software()));
      case Change.CardStateChanged c -> changeState(c, at);
      case Change.ServiceCreated c -> create(c, at);
      case Change.ServicePhaseChanged c ->
          putService(requireService(c.service()).withPhase(c.phase(), at, c.waitsFor()));
      case Change.CardsBound c -> bind(c);
      case Change.PackageGenerated c ->
          putService(requireService(c.service()).withPackage(c.packageDigest(), c.packageBytes()));
      case Change.PlacementChanged c -> {
        Service s = requireService(c.service());
        if (s.on(c.placement().position()).isEmpty()) {
          throw new IllegalStateException(
              "service " + c.service() + " is not bound to " + c.placement().position());
        }
        putService(s.withPlacement(c.placement(), at));
      }
      case Change.ServiceDeleted c -> {
        requireService(c.service());
        own(services, m -> services = m).remove(c.service());
        touch(EntityKey.Kind.SERVICE, c.service());
      }
      case Change.CommandQueued c -> {
        putQueue(c.position(), queue(c.position()).plus(c.command()));
        nextCommand = Math.max(nextCommand, c.command().id() + 1);
      }
      case Change.CommandFinished c -> finish(c, at);
      case Change.AlarmRaised c -> raise(c, at);
      case Change.AlarmCleared c -> clear(c, at);
      case Change.AlarmAcknowledged c -> {
        Alarm a = requireAlarm(c.key());
        putAlarm(new Alarm(a.sequence(), a.key(), a.severity(), a.text(), a.raisedAt(), c.by()));
      }
      case Change.NotificationDelivered c -> {
        own(notifications, m -> notifications = m).remove(c.sequence());
        touch(EntityKey.Kind.NOTIFICATION, c.sequence());
      }
      case Change.Audited c -> {
        // Only in the log and in the store's audit table: the model has no use for it.
      }
    }
  }

  private void seat(Change.CardSeated c, Instant at) {
    Card known = cards.get(c.position());
    if (known == null) {
      known = Card.unseen(c.position(), c.role(), at);
    }
    MacAddress old = known.mac();
    if (old != null && !old.equals(c.mac())) {
      addSwap(new Swap(c.position(), at, old, c.mac()));
      touch(EntityKey.Kind.SWAP, c.position() + " " + at);
    }
    putCard(known.withMac(c.mac()));
  }

  private void changeState(Change.CardStateChanged c, Instant at) {
    Card card = cards.get(c.position());
    if (card == null) {
      card = Card.unseen(c.position(), CardRole.SERVER, at);
    }
    if (!card.state().mayBecome(c.state())) {
      throw new IllegalStateException(
          "card " + c.position() + " cannot go from " + card.state() + " to " + c.state());
    }
    putCard(card.withState(c.state(), at, c.cause()));
  }

  private void create(Change.ServiceCreated c, Instant at) {
    if (services.containsKey(c.definition().name())) {
      throw new IllegalStateException("service " + c.definition().name() + " exists");
    }
    nextServiceIndex = Math.max(nextServiceIndex, c.index() + 1);
    putService(
        new Service(c.index(), c.definition(), ServicePhase.PARAMETERS, at, "", "", 0, List.of()));
  }

  private void bind(Change.CardsBound c) {
    Service s = requireService(c.service());
    putService(
        s.withPlacements(
            c.positions().stream()
                .map(p -> s.on(p).orElseGet(() -> Placement.pending(p)))
                .toList()));
  }

  /**
   * Takes the command off the queue and lets its outcome show on the placement: a start that
   * succeeded means that the service answers; after a failure the later commands for that service
   * are void.
   */
  private void finish(Change.CommandFinished c, Instant at) {
    CommandQueue queue = queue(c.position());
    Command command = queue.command(c.commandId()).orElse(null);
    if (command == null) {
      return;
    }
    queue = queue.without(c.commandId());
    Service service = services.get(command.service());
    Placement placement = service == null ? null : service.on(c.position()).orElse(null);
    Card card = cards.get(c.position());
    if (!c.succeeded()) {
      queue = queue.withoutService(command.service());
    }
    putQueue(c.position(), queue);
    if (service == null || placement == null || card == null) {
      return;
    }
    if (placement.state() == Placement.State.ORDERED) {
      if (!c.succeeded()) {
        putService(
            service.withPlacement(
                new Placement(
                    c.position(), Placement.State.FAILED, c.detail(), placement.bootId()),
                at));
      } else if (command instanceof Command.StartService
          && placement.bootId().equals(card.bootId())) {
        putService(
            service.withPlacement(
                new Placement(c.position(), Placement.State.RUNNING, "", placement.bootId()), at));
      }
    }
  }

  private void raise(Change.AlarmRaised c, Instant at) {
    if (alarms.containsKey(c.key())) {
      throw new IllegalStateException("alarm is already raised: " + c.key());
    }
    Alarm alarm = new Alarm(nextAlarm++, c.key(), c.severity(), c.text(), at, "");
    putAlarm(alarm);
    notify(alarm, false, at);
  }

  private void clear(Change.AlarmCleared c, Instant at) {
    Alarm alarm = requireAlarm(c.key());
    own(alarms, m -> alarms = m).remove(c.key());
    touch(EntityKey.Kind.ALARM, c.key());
    notify(alarm, true, at);
  }

  private void notify(Alarm alarm, boolean cleared, Instant at) {
    SortedMap<Long, PendingNotification> queue = own(notifications, m -> notifications = m);
    if (queue.size() >= Cabinet.MAX_NOTIFICATIONS) {
      Long oldest = queue.firstKey();
      queue.remove(oldest);
      touch(EntityKey.Kind.NOTIFICATION, oldest);
    }
    long sequence = nextNotification++;
    queue.put(sequence, new PendingNotification(sequence, cleared, alarm, at));
    touch(EntityKey.Kind.NOTIFICATION, sequence);
  }

  private void addSwap(Swap swap) {
    Deque<Swap> next = new ArrayDeque<>(swaps);
    if (next.size() >= Cabinet.MAX_SWAPS) {
      next.removeFirst();
    }
    next.addLast(swap);
    swaps = List.copyOf(next);
  }

  private SortedMap<CardPosition, Lease> leases() {
    return own(leases, m -> leases = m);
  }

  private Card requireCard(CardPosition at) {
    Card card = cards.get(at);
    if (card == null) {
      throw new IllegalStateException("no card was ever seen in " + at);
    }
    return card;
  }

  private Service requireService(String name) {
    Service service = services.get(name);
    if (service == null) {
      throw new IllegalStateException("no service " + name);
    }
    return service;
  }

  private Alarm requireAlarm(AlarmKey key) {
    Alarm alarm = alarms.get(key);
    if (alarm == null) {
      throw new IllegalStateException("alarm is not raised: " + key);
    }
    return alarm;
  }

  private CommandQueue queue(CardPosition at) {
    return queues.getOrDefault(at, CommandQueue.EMPTY);
  }

  private void putCard(Card card) {
    own(cards, m -> cards = m).put(card.position(), card);
    touch(EntityKey.Kind.CARD, card.position());
  }

  private void putService(Service service) {
    own(services, m -> services = m).put(service.name(), service);
    touch(EntityKey.Kind.SERVICE, service.name());
  }

  private void putAlarm(Alarm alarm) {
    own(alarms, m -> alarms = m).put(alarm.key(), alarm);
    touch(EntityKey.Kind.ALARM, alarm.key());
  }

  private void putQueue(CardPosition at, CommandQueue queue) {
    if (queue.waiting().isEmpty()) {
      own(queues, m -> queues = m).remove(at);
    } else {
      own(queues, m -> queues = m).put(at, queue);
    }
    touch(EntityKey.Kind.QUEUE, at);
  }

  private void touch(EntityKey.Kind kind, Object id) {
    touched.add(new EntityKey(kind, id.toString()));
  }

  private <K, V> SortedMap<K, V> own(SortedMap<K, V> map, Consumer<SortedMap<K, V>> assign) {
    if (owned.contains(map)) {
      return map;
    }
    SortedMap<K, V> copy = new TreeMap<>(map);
    owned.add(copy);
    assign.accept(copy);
    return copy;
  }
}
