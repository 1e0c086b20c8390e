package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.CardRole;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SiteProtection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@link Change}s to a copy of a {@link Cabinet}. Applying never fails for a change that
 * was decided on the same state; a change about something that is gone is a contradiction and
 * throws {@link IllegalStateException}, which the writer treats as a refused transaction.
 *
 * <p>The maps share their structure with those of the cabinet it began with, so that one change
 * costs O(log n) however much the cabinet holds. Not thread-safe: owned by whoever made it.
 */
public final class CabinetBuilder {
  /** Changes to pool leases in one replay before hash maps pay. */
  private static final int MANY_LEASES = 1_000;

  private SortedTree<CardPosition, Card> cards;
  private SortedTree<CardPosition, Lease> leases;
  private PoolLeases poolLeases;
  // Put back but not yet among the others: all at once is much faster than one by one.
  private final List<PoolLease> restoredLeases = new ArrayList<>();
  private SortedTree<MacAddress, List<CardPosition>> seats;
  private SortedTree<String, Service> services;
  private SortedTree<CardPosition, CommandQueue> queues;
  private SortedTree<String, StoredImage> images;
  private final AlarmBook alarms;
  private SortedTree<String, SiteProtection> protection;
  private final TrafficBook traffic;
  private final DeviceDraft devices;
  private final ImageUpdates updates;
  private final SlotImages slotImages;
  private List<Swap> swaps;
  private SparePool spares;
  private int nextServiceIndex;
  private long nextCommand;
  private long nextSwap;
  private long position;
  private final Set<EntityKey> touched = new LinkedHashSet<>();
  private @Nullable Cabinet frozen;
  private boolean replays;
  private int replayedLeases;
  private @Nullable PoolLeaseDraft draft;

  /** Starts from a cabinet. */
  public CabinetBuilder(Cabinet from) {
    cards = SortedTree.copyOf(from.cards());
    leases = SortedTree.copyOf(from.leases());
    poolLeases = from.poolLeases();
    seats = SortedTree.copyOf(from.seats());
    services = SortedTree.copyOf(from.services());
    queues = SortedTree.copyOf(from.queues());
    images = SortedTree.copyOf(from.images());
    alarms = new AlarmBook(from, this::touch);
    protection = SortedTree.copyOf(from.protection());
    traffic = new TrafficBook(SortedTree.copyOf(from.traffic()));
    devices = new DeviceDraft(from.devices(), this::touch);
    swaps = from.swaps();
    spares = from.spares();
    updates = updates(SortedTree.copyOf(from.updates()));
    slotImages = slotImages(SortedTree.copyOf(from.slotImages()));
    nextServiceIndex = from.nextServiceIndex();
    nextCommand = from.nextCommand();
    nextSwap = from.nextSwap();
    position = from.position();
  }

  private CabinetBuilder(long position, Counters counters) {
    cards = SortedTree.empty();
    leases = SortedTree.empty();
    poolLeases = PoolLeases.NONE;
    seats = SortedTree.empty();
    services = SortedTree.empty();
    queues = SortedTree.empty();
    images = SortedTree.empty();
    alarms = new AlarmBook(counters.nextAlarm(), counters.nextNotification(), this::touch);
    protection = SortedTree.empty();
    traffic = new TrafficBook(SortedTree.empty());
    devices = new DeviceDraft(null, this::touch);
    swaps = List.of();
    spares = SparePool.NONE;
    updates = updates(SortedTree.empty());
    slotImages = slotImages(SortedTree.empty());
    nextServiceIndex = counters.nextServiceIndex();
    nextCommand = counters.nextCommand();
    nextSwap = counters.nextSwap();
    this.position = position;
  }

  private ImageUpdates updates(SortedTree<String, ImageUpdate> all) {
    return new ImageUpdates(all, name -> touch(EntityKey.Kind.IMAGE_UPDATE, name));
  }

  private SlotImages slotImages(SortedTree<CardPosition, SlotImage> all) {
    return new SlotImages(all, at -> touch(EntityKey.Kind.SLOT_IMAGE, at));
  }

  /**
   * A builder for a log to be replayed into: fast for many changes to pool leases, and does not
   * tell what was {@link #touched}.
   */
  public static CabinetBuilder replaying(Cabinet from) {
    CabinetBuilder builder = new CabinetBuilder(from);
    builder.replays = true;
    return builder;
  }

  /** A builder to be filled with entities that were stored before ({@link #restore}). */
  public static CabinetBuilder restored(long position, Counters counters) {
    return new CabinetBuilder(position, counters);
  }

  /** Puts back one stored entity; swaps in the order of their sequence. */
  public void restore(Object entity) {
    frozen = null;
    switch (entity) {
      case Card c -> place(c);
      case Lease l -> leases = leases.with(l.position(), l);
      case PoolLease l -> restoredLeases.add(l);
      case Service s -> services = services.with(s.name(), s);
      case StoredImage i -> images = images.with(i.digest(), i);
      case SiteProtection p -> protection = protection.with(p.service(), p);
      case ServiceTraffic t -> traffic.put(t);
      case Swap s -> addSwap(s);
      case SparePool s -> spares = s;
      case ImageUpdate u -> updates.restore(u);
      case SlotImage s -> slotImages.restore(s);
      default -> {
        if (!alarms.restore(entity) && !devices.restore(entity)) {
          throw new IllegalArgumentException("not an entity: " + entity.getClass().getName());
        }
      }
    }
  }

  /** Puts back a stored command queue. */
  public void restoreQueue(CardPosition at, CommandQueue queue) {
    frozen = null;
    queues = queues.with(at, queue);
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
    settle();
    Cabinet result =
        new Cabinet(
            atPosition,
            cards,
            leases,
            poolLeases,
            seats,
            services,
            queues,
            images,
            alarms.alarms(),
            alarms.notifications(),
            alarms.state(),
            protection,
            traffic.all(),
            swaps,
            devices.view(),
            spares,
            updates.all(),
            slotImages.all(),
            alarms.nextAlarm(),
            alarms.nextNotification(),
            nextServiceIndex,
            nextCommand,
            nextSwap);
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
    if (draft == null) {
      settle();
    }
    switch (change) {
      case Change.LeaseGranted c -> {
        leases =
            leases.with(
                c.position(), new Lease(c.position(), c.mac(), c.address(), at, c.expiresAt()));
        touch(EntityKey.Kind.LEASE, c.position());
      }
      case Change.LeaseEnded c -> {
        leases = leases.without(c.position());
        touch(EntityKey.Kind.LEASE, c.position());
      }
      case Change.PoolLeaseGranted c ->
          pool(
              new PoolLease(
                  c.address(),
                  PoolLease.State.GRANTED,
                  c.client(),
                  c.mac(),
                  c.hostName(),
                  at,
                  c.expiresAt()));
      case Change.PoolLeaseEnded c -> {
        long number = PoolLease.number(c.address());
        PoolLeaseDraft drafted = draft();
        if (drafted == null) {
          poolLeases = poolLeases.without(number);
        } else {
          drafted.remove(number);
        }
        touch(EntityKey.Kind.POOL_LEASE, c.address());
      }
      case Change.PoolAddressLocked c ->
          pool(new PoolLease(c.address(), PoolLease.State.LOCKED, "", null, "", at, c.until()));
      case Change.CardSeated c -> seat(c, at);
      case Change.CardEnrolled c -> putCard(CardCertificate.after(requireCard(c.position()), c));
      case Change.CertificateChange c ->
          putCard(CardCertificate.after(requireCard(c.position()), c, at));
      case Change.CardIntroduced c -> {
        putCard(
            requireCard(c.position()).introduced(c.role(), c.bootId(), c.hardware(), c.software()));
        nameSwap(c);
      }
      case Change.CardStateChanged c -> changeState(c, at);
      case Change.ServiceCreated c -> create(c, at);
      case Change.ServicePhaseChanged c ->
          putService(requireService(c.service()).withPhase(c.phase(), at, c.waitsFor()));
      case Change.CardsBound c -> bind(c, at);
      case Change.ServiceResized c -> putService(requireService(c.service()).withCards(c.cards()));
      case Change.PackageGenerated c ->
          putService(requireService(c.service()).withPackage(c.packageDigest(), c.packageBytes()));
      case Change.VersionAdded c -> {
        Service s = requireService(c.service());
        if (c.version().number() != s.versions().next()) {
          throw new IllegalStateException(
              "service " + c.service() + " has another next version than " + c.version().number());
        }
        putService(s.with(s.versions().plus(c.version())));
      }
      case Change.VersionBuilt c -> {
        Service s = requireService(c.service());
        putService(
            s.with(s.versions().withPackage(c.number(), c.packageDigest(), c.packageBytes())));
      }
      case Change.RolloutChanged c -> {
        Service s = requireService(c.service());
        if (s.versions().version(c.rollout().to()).isEmpty()) {
          throw new IllegalStateException(
              "service " + c.service() + " has no version " + c.rollout().to());
        }
        putService(s.with(s.versions().with(c.rollout())));
      }
      case Change.SparesSet c -> {
        spares = new SparePool(c.cards());
        touch(EntityKey.Kind.SPARES, "cabinet");
      }
      case Change.MoveChanged c -> putService(requireService(c.service()).with(c.move()));
      case Change.PlacementChanged c -> {
        Service s = requireService(c.service());
        if (s.on(c.placement().position()).isEmpty()) {
          throw new IllegalStateException(
              "service " + c.service() + " is not bound to " + c.placement().position());
        }
        putService(s.withPlacement(c.placement(), at));
      }
      case Change.ServiceSettingsChanged c ->
          putService(requireService(c.service()).withSettings(c.settings()));
      case Change.CardDrained c ->
          putCard(requireCard(c.position()).withDrain(new Drain(at, c.until(), c.by())));
      case Change.CardUndrained c -> putCard(requireCard(c.position()).withDrain(null));
      case Change.CardHeld c ->
          putCard(
              requireCard(c.position())
                  .withHold(new PowerHold(at, c.reason(), c.endsBy(), c.back(), c.by())));
      case Change.CardReleased c -> putCard(requireCard(c.position()).withHold(null));
      case Change.CardLocated c -> putCard(requireCard(c.position()).withLocate(c.lit()));
      case Change.ServiceDeleted c -> {
        Service ending = requireService(c.service());
        traffic.ended(ending, at).forEach(index -> touch(EntityKey.Kind.TRAFFIC, index));
        protection = protection.without(c.service());
        touch(EntityKey.Kind.PROTECTION, c.service());
        services = services.without(c.service());
        touch(EntityKey.Kind.SERVICE, c.service());
      }
      case Change.CommandQueued c -> {
        putQueue(c.position(), queue(c.position()).plus(c.command(), at));
        nextCommand = Math.max(nextCommand, c.command().id() + 1);
      }
      case Change.CommandFinished c -> finish(c, at);
      case Change.CommandIdsLeapt c -> nextCommand = Math.max(nextCommand, c.next());
      case Change.ImageImported c -> putImage(c.image());
      case Change.ImageUsed c -> useImage(c);
      case Change.ImageRemoved c -> {
        requireImage(c.digest());
        slotImages.requireUnnamed(c.digest());
        images = images.without(c.digest());
        touch(EntityKey.Kind.IMAGE, c.digest());
      }
      case Change.ImageUpdateChanged c -> updates.put(c.update());
      case Change.SlotImageChanged c -> {
        requireImage(c.slot().stays());
        if (!c.slot().trial().isEmpty()) {
          requireImage(c.slot().trial());
        }
        slotImages.put(c.slot());
      }
      case Change.SlotImageForgotten c -> slotImages.forget(c.position());
      case Change.AlarmChange c -> alarms.apply(c, at);
      case Change.DeviceChange c -> devices.apply(c);
      case Change.ProtectionSet c -> {
        SiteProtection set = c.protection();
        protection =
            set.refusesNobody()
                ? protection.without(set.service())
                : protection.with(set.service(), set);
        touch(EntityKey.Kind.PROTECTION, set.service());
      }
      case Change.TrafficCounted c ->
          traffic.counted(c, services, at).forEach(index -> touch(EntityKey.Kind.TRAFFIC, index));
      case Change.Audited c -> {
        // Only in the log and in the store's audit table: the model has no use for it.
      }
    }
  }

  private void settle() {
    PoolLeaseDraft drafted = draft;
    if (drafted != null) {
      poolLeases = drafted.finished();
      draft = null;
      replayedLeases = 0;
    }
    if (restoredLeases.isEmpty()) {
      return;
    }
    if (poolLeases.size() == 0) {
      poolLeases = PoolLeases.of(restoredLeases);
    } else {
      for (PoolLease lease : restoredLeases) {
        poolLeases = poolLeases.with(lease);
      }
    }
    restoredLeases.clear();
  }

  /** Where pool leases go once so many were replayed that it pays; else null. */
  private @Nullable PoolLeaseDraft draft() {
    if (draft == null && replays && ++replayedLeases > MANY_LEASES) {
      draft = new PoolLeaseDraft(poolLeases);
    }
    return draft;
  }

  private void pool(PoolLease lease) {
    PoolLeaseDraft drafted = draft();
    if (drafted != null) {
      drafted.put(lease);
      return;
    }
    // Two records are altered when the client held another address before.
    poolLeases.of(lease.client()).ifPresent(old -> touch(EntityKey.Kind.POOL_LEASE, old.address()));
    poolLeases = poolLeases.with(lease);
    touch(EntityKey.Kind.POOL_LEASE, lease.address());
  }

  private void seat(Change.CardSeated c, Instant at) {
    Card known = cards.get(c.position());
    if (known == null) {
      known = Card.unseen(c.position(), c.role(), at);
    }
    MacAddress old = known.mac();
    if (old != null && !old.equals(c.mac())) {
      HardwareDescriptor hardware = known.hardware();
      Swap swap =
          new Swap(
              nextSwap++,
              c.position(),
              at,
              old,
              c.mac(),
              hardware == null ? "" : hardware.serialNumber(),
              "");
      addSwap(swap);
      touch(EntityKey.Kind.SWAP, swap.sequence());
      devices.replaced(c.position());
    }
    putCard(known.withMac(c.mac()));
  }

  /** A new card tells its serial number only after it has booted. */
  private void nameSwap(Change.CardIntroduced c) {
    for (int i = swaps.size() - 1; i >= 0; i--) {
      Swap swap = swaps.get(i);
      if (swap.position().equals(c.position())) {
        if (swap.newSerial().isEmpty() && swap.newMac().equals(c.hardware().mac())) {
          List<Swap> next = new ArrayList<>(swaps);
          next.set(i, swap.withNewSerial(c.hardware().serialNumber()));
          swaps = List.copyOf(next);
          touch(EntityKey.Kind.SWAP, swap.sequence());
        }
        return;
      }
    }
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
    touch(EntityKey.Kind.TRAFFIC, traffic.begun(c.index(), c.definition().name(), at));
  }

  private void bind(Change.CardsBound c, Instant at) {
    Service s = requireService(c.service());
    putService(
        s.withPlacements(
            c.positions().stream()
                .map(p -> s.on(p).orElseGet(() -> Placement.pending(p).at(at)))
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
    queue = queue.without(c.commandId(), at, c.succeeded(), c.detail());
    updates.answered(c, command);
    Service service = services.get(command.service());
    Placement placement = service == null ? null : service.on(c.position()).orElse(null);
    Card card = cards.get(c.position());
    if (!c.succeeded() && !command.service().isEmpty()) {
      queue =
          queue.withoutService(
              command.service(), at, "void: command " + c.commandId() + " before it failed");
    }
    putQueue(c.position(), queue);
    if (command instanceof Command.OfDevice) {
      devices.finished(c, card == null ? "" : String.valueOf(card.mac()), at);
      return;
    }
    if (service == null || placement == null || card == null) {
      return;
    }
    if (placement.state() == Placement.State.ORDERED) {
      if (!c.succeeded()) {
        putService(
            service.withPlacement(
                new Placement(c.position(), Placement.State.FAILED, c.detail(), placement.bootId()),
                at));
      } else if (command instanceof Command.StartService
          && placement.bootId().equals(card.bootId())) {
        putService(
            service.withPlacement(
                new Placement(c.position(), Placement.State.RUNNING, "", placement.bootId()), at));
      }
    }
  }

  private void useImage(Change.ImageUsed c) {
    StoredImage next = requireImage(c.digest());
    for (StoredImage each : List.copyOf(images.values())) {
      if (each.used() && each.architecture().equals(next.architecture())) {
        putImage(each.withUsed(false));
      }
    }
    putImage(next.withUsed(true));
    slotImages.usedByAll(next, images);
  }

  private StoredImage requireImage(String digest) {
    StoredImage image = images.get(digest);
    if (image == null) {
      throw new IllegalStateException("no image " + digest);
    }
    return image;
  }

  private void putImage(StoredImage image) {
    images = images.with(image.digest(), image);
    touch(EntityKey.Kind.IMAGE, image.digest());
  }

  private void addSwap(Swap swap) {
    List<Swap> next = new ArrayList<>(swaps);
    if (next.size() >= Cabinet.MAX_SWAPS) {
      touch(EntityKey.Kind.SWAP, next.removeFirst().sequence());
    }
    next.add(swap);
    swaps = List.copyOf(next);
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

  private CommandQueue queue(CardPosition at) {
    return queues.getOrDefault(at, CommandQueue.EMPTY);
  }

  private void putCard(Card card) {
    place(card);
    touch(EntityKey.Kind.CARD, card.position());
  }

  /** Puts the card into its slot and keeps the index by MAC address true. */
  private void place(Card card) {
    Card old = cards.get(card.position());
    MacAddress before = old == null ? null : old.mac();
    MacAddress after = card.mac();
    cards = cards.with(card.position(), card);
    if (Objects.equals(before, after)) {
      return;
    }
    if (before != null) {
      List<CardPosition> rest =
          seats.getOrDefault(before, List.of()).stream()
              .filter(p -> !p.equals(card.position()))
              .toList();
      seats = rest.isEmpty() ? seats.without(before) : seats.with(before, rest);
    }
    if (after != null) {
      seats =
          seats.with(
              after,
              Stream.concat(
                      seats.getOrDefault(after, List.of()).stream(), Stream.of(card.position()))
                  .sorted()
                  .toList());
    }
  }

  private void putService(Service service) {
    services = services.with(service.name(), service);
    touch(EntityKey.Kind.SERVICE, service.name());
  }

  private void putQueue(CardPosition at, CommandQueue queue) {
    if (queue.isBlank()) {
      queues = queues.without(at);
    } else {
      queues = queues.with(at, queue);
    }
    touch(EntityKey.Kind.QUEUE, at);
  }

  private void touch(EntityKey.Kind kind, Object id) {
    if (replays) {
      return;
    }
    touched.add(new EntityKey(kind, id.toString()));
  }
}
