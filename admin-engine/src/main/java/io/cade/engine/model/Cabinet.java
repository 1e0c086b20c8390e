package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.agent.wire.SiteProtection;
import io.cade.engine.device.Devices;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The state of the module at one position of the change log. Immutable: any thread may keep it.
 *
 * @param position of the last log record applied, 0 for none
 * @param seats the slots in which each MAC address was last seated: derived from {@code cards}
 * @param images imported boot images by digest, at most {@value #MAX_IMAGES}
 * @param protection of services by their name, and of the whole module
 * @param traffic by index of the service; deleted ones, too, at most {@value #MAX_TRAFFIC}
 * @param swaps the last {@value #MAX_SWAPS}, oldest first
 * @param updates of cards to boot images, by the image's name, at most {@value #MAX_UPDATES}
 * @param slotImages of slots whose cards boot from the network and have an image of their own
 * @param notifications the log of notifications by sequence: those that some receiver has not got
 *     yet, at most {@value #MAX_NOTIFICATIONS}, then the oldest is given up (its alarm stays in
 *     list and history); besides them the newest {@value #MIN_NOTIFICATIONS}
 * @param alarmState what surrounds the alarms
 * @param devices models of devices, and what is on record about each
 * @param spares free cards that are kept back
 * @param nextAlarm sequence of the next alarm
 * @param nextNotification sequence of the next notification
 * @param nextServiceIndex index of the next service
 * @param nextCommand id of the next command
 * @param nextSwap sequence of the next swap
 */
public record Cabinet(
    long position,
    SortedMap<CardPosition, Card> cards,
    SortedMap<CardPosition, Lease> leases,
    PoolLeases poolLeases,
    SortedMap<MacAddress, List<CardPosition>> seats,
    SortedMap<String, Service> services,
    SortedMap<CardPosition, CommandQueue> queues,
    SortedMap<String, StoredImage> images,
    SortedMap<AlarmKey, Alarm> alarms,
    SortedMap<Long, PendingNotification> notifications,
    AlarmState alarmState,
    SortedMap<String, SiteProtection> protection,
    SortedMap<Integer, ServiceTraffic> traffic,
    List<Swap> swaps,
    Devices devices,
    SparePool spares,
    SortedMap<String, ImageUpdate> updates,
    SortedMap<CardPosition, SlotImage> slotImages,
    long nextAlarm,
    long nextNotification,
    int nextServiceIndex,
    long nextCommand,
    long nextSwap) {
  public static final int MAX_IMAGES = 32;
  public static final int MAX_TRAFFIC = 2_000;
  public static final int MAX_SWAPS = 1_000;
  public static final int MAX_UPDATES = 16;
  public static final int MAX_NOTIFICATIONS = 100_000;

  /** Newest notifications that are kept though every receiver has them. */
  public static final int MIN_NOTIFICATIONS = 1_000;

  /** A module that nobody has touched. */
  public static Cabinet empty() {
    return CabinetBuilder.restored(0, Counters.FIRST).freeze(0);
  }

  /** What the next things are numbered. */
  public Counters counters() {
    return new Counters(nextAlarm, nextNotification, nextServiceIndex, nextCommand, nextSwap);
  }

  public Optional<Card> card(CardPosition at) {
    return Optional.ofNullable(cards.get(at));
  }

  public Optional<Lease> lease(CardPosition at) {
    return Optional.ofNullable(leases.get(at));
  }

  public Optional<Service> service(String name) {
    return Optional.ofNullable(services.get(name));
  }

  /** Whom a service is protected from. */
  public SiteProtection protectionOf(String service) {
    SiteProtection known = protection.get(service);
    return known == null ? SiteProtection.none(service) : known;
  }

  /** The slot's own image, where its card does not boot the one in use. */
  public Optional<SlotImage> slotImage(CardPosition at) {
    return Optional.ofNullable(slotImages.get(at));
  }

  /** Commands that wait for the card; empty when there are none. */
  public CommandQueue queue(CardPosition at) {
    return queues.getOrDefault(at, CommandQueue.EMPTY);
  }

  /** The slot in which a MAC address was last seated, if any. */
  public Optional<Card> cardOf(MacAddress mac) {
    List<CardPosition> at = seatsOf(mac);
    return at.isEmpty() ? Optional.empty() : card(at.getFirst());
  }

  /** The slots in which a MAC address was last seated, in order; usually one or none. */
  public List<CardPosition> seatsOf(MacAddress mac) {
    return seats.getOrDefault(mac, List.of());
  }

  /** Services bound to a card. */
  public List<Service> servicesOn(CardPosition at) {
    // Asked for every card several times in each pass: most have none, and no stream is worth it.
    List<Service> found = List.of();
    for (Service service : services.values()) {
      if (service.isOn(at)) {
        if (found.isEmpty()) {
          found = new ArrayList<>();
        }
        found.add(service);
      }
    }
    return Collections.unmodifiableList(found);
  }
}
