package io.cade.proxy.vrrp;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares an address with other balancers (SPEC P5): a thread of its own steps the {@link
 * VrrpMachine} and does what it decides. Public methods are thread-safe.
 */
public final class VirtualAddress implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VirtualAddress.class);
  private static final int MOST_WAITING = 256;

  /** While the former holder still listens at the address. */
  private static final long TAKE_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** After the address could not be listened at, it is left to others for so long. */
  private static final long LEFT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final VrrpSettings settings;
  private final VrrpLink link;
  private final Holder holder;
  private final BooleanSupplier usable;
  private final LongSupplier nanoTime;
  private final Runnable onTransition;
  private final BlockingQueue<VrrpReading> inbox = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Map<VrrpFault, LongAdder> faults = new EnumMap<>(VrrpFault.class);
  private final LongAdder heard = new LongAdder();
  private final Thread thread;
  private volatile boolean ending;
  private volatile Status status;

  // Owned by the thread.
  private final VrrpMachine machine;
  private @Nullable Inet4Address other;
  private boolean toTake;
  private long takeBy;
  private long leftUntil;
  private boolean left;
  private boolean linkUp = true;
  private long lookAtLink;
  private boolean sendingFails;
  private boolean differs;

  /** Serves visitors at the addresses. Called by the thread of the virtual address. */
  public interface Holder {
    /**
     * Begins to listen; called again after a failure, and until it succeeds.
     *
     * @throws IOException when something still listens there
     */
    void taken() throws IOException;

    /** Listens no more, and ends the visitors' connections. */
    void released();
  }

  /**
   * How it stands.
   *
   * @param state {@code initialize}, {@code backup} or {@code active}, as RFC 9568 calls them
   * @param holds whether visitors are served at the address from here
   * @param priority advertised now
   * @param transitions since the start
   * @param holder who has it, as far as known; null while nobody was heard
   */
  public record Status(
      String state, boolean holds, int priority, long transitions, @Nullable Inet4Address holder) {}

  private VirtualAddress(
      VrrpSettings settings,
      VrrpLink link,
      Holder holder,
      BooleanSupplier usable,
      Runnable onTransition,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.link = link;
    this.holder = holder;
    this.usable = usable;
    this.onTransition = onTransition;
    this.nanoTime = nanoTime;
    this.machine = new VrrpMachine(settings, link.own());
    this.status = new Status("initialize", false, settings.priority(), 0, null);
    for (VrrpFault fault : VrrpFault.values()) {
      faults.put(fault, new LongAdder());
    }
    this.thread = Thread.ofPlatform().name("vrrp").daemon().unstarted(this::run);
  }

  /**
   * On an Ethernet interface.
   *
   * @param usable whether visitors could be served; asked for by the thread, after {@link #wake}
   * @param onTransition told after each change of the status; must not block
   * @param nanoTime ticker, as {@link System#nanoTime}
   * @throws IOException when there is no such interface
   */
  public static VirtualAddress onNetwork(
      VrrpSettings settings,
      String networkInterface,
      Holder holder,
      BooleanSupplier usable,
      Runnable onTransition,
      LongSupplier nanoTime)
      throws IOException {
    return new VirtualAddress(
        settings,
        new NetworkLink(networkInterface, settings.addresses()),
        holder,
        usable,
        onTransition,
        nanoTime);
  }

  /**
   * On the loopback network.
   *
   * @param own where this balancer receives advertisements
   * @param peers where the others do
   */
  public static VirtualAddress onLoopback(
      VrrpSettings settings,
      InetSocketAddress own,
      Set<InetSocketAddress> peers,
      Holder holder,
      BooleanSupplier usable,
      Runnable onTransition,
      LongSupplier nanoTime) {
    return new VirtualAddress(
        settings, new LoopbackLink(own, peers), holder, usable, onTransition, nanoTime);
  }

  /**
   * Begins, as a backup.
   *
   * @throws IOException with what to do, when the network cannot be used
   */
  public void start() throws IOException {
    link.open(settings, this::received);
    thread.start();
  }

  /** The answer to "usable?" may have changed. */
  public void wake() {
    // Refused when it is full; then the thread is about to look anyway.
    boolean ignored = inbox.offer(WAKE);
  }

  private static final VrrpReading WAKE = new VrrpReading.Refused(VrrpFault.OVERFLOW);

  private void received(VrrpReading reading) {
    if (reading instanceof VrrpReading.Refused(VrrpFault fault)) {
      count(fault);
    } else if (!inbox.offer(reading)) {
      count(VrrpFault.OVERFLOW);
    }
  }

  private void count(VrrpFault fault) {
    LongAdder counter = faults.get(fault);
    if (counter != null) {
      counter.increment();
    }
  }

  public Status status() {
    return status;
  }

  /** Advertisements of this virtual router that were heeded. */
  public long heard() {
    return heard.sum();
  }

  /** What was not, by reason; without those that never happened. */
  public Map<VrrpFault, Long> faults() {
    Map<VrrpFault, Long> counted = new EnumMap<>(VrrpFault.class);
    faults.forEach((fault, count) -> {
      if (count.sum() > 0) {
        counted.put(fault, count.sum());
      }
    });
    return Collections.unmodifiableMap(counted);
  }

  private void run() {
    linkUp = link.isUp();
    lookAtLink = nanoTime.getAsLong() + settings.interval().toNanos();
    apply(machine.usable(usable.getAsBoolean(), nanoTime.getAsLong()));
    if (linkUp) {
      apply(machine.startup(nanoTime.getAsLong()));
    }
    try {
      while (!ending) {
        VrrpReading next = inbox.poll(waitNanos(), TimeUnit.NANOSECONDS);
        // Everything that was said before now counts before any timer does.
        while (next != null) {
          if (next instanceof VrrpReading.Heard said) {
            heed(said);
          }
          next = inbox.poll();
        }
        look();
        apply(machine.tick(nanoTime.getAsLong()));
        takeIfDue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      apply(machine.shutdown());
      link.close();
    }
  }

  private long waitNanos() {
    long now = nanoTime.getAsLong();
    long wait = Math.min(machine.waitNanos(now), lookAtLink - now);
    return Math.max(0, toTake ? Math.min(wait, TAKE_AGAIN_NANOS) : wait);
  }

  private void heed(VrrpReading.Heard said) {
    heard.increment();
    if (!said.expected()) {
      if (!differs) {
        differs = true;
        log.warn(
            "{} shares virtual router {} but names the addresses {}, not {}: mend one configuration",
            said.from().getHostAddress(),
            settings.id(),
            said.packet().addresses(),
            settings.addresses());
      }
      count(VrrpFault.ADDRESSES_DIFFER);
    }
    other = said.packet().priority() == 0 ? null : said.from();
    apply(machine.heard(said.packet(), said.from(), nanoTime.getAsLong()));
  }

  /** What may have changed beside advertisements. */
  private void look() {
    long now = nanoTime.getAsLong();
    if (now - lookAtLink >= 0) {
      lookAtLink = now + settings.interval().toNanos();
      boolean up = link.isUp();
      if (up != linkUp) {
        linkUp = up;
        log.warn("the network of the virtual address is {}", up ? "up" : "down");
        apply(up ? machine.startup(now) : machine.shutdown());
      }
    }
    if (left && now - leftUntil >= 0) {
      left = false;
    }
    apply(machine.usable(usable.getAsBoolean() && !left, now));
  }

  private void apply(List<VrrpMachine.Action> actions) {
    for (VrrpMachine.Action action : actions) {
      try {
        apply(action);
        sendingFails &= !(action instanceof VrrpMachine.Advertise);
      } catch (IOException e) {
        if (!sendingFails) {
          log.warn("virtual address: {}", e.getMessage());
        }
        sendingFails = true;
      }
    }
    publish();
  }

  private void apply(VrrpMachine.Action action) throws IOException {
    switch (action) {
      case VrrpMachine.Advertise advertise -> {
        if (advertise.priority() > 0 && status.holds()) {
          link.take();
        }
        link.send(
            new VrrpPacket(
                settings.id(),
                advertise.priority(),
                settings.intervalCentis(),
                settings.addresses()));
      }
      case VrrpMachine.Take take -> {
        toTake = true;
        takeBy = nanoTime.getAsLong() + machine.downNanos();
        takeIfDue();
      }
      case VrrpMachine.Announce announce -> {
        // Before it is held, only the former holder would be troubled.
        if (!toTake) {
          link.announce();
        }
      }
      case VrrpMachine.Release release -> {
        toTake = false;
        holder.released();
        link.release();
      }
    }
  }

  private void takeIfDue() {
    if (!toTake) {
      return;
    }
    try {
      link.take();
      holder.taken();
      toTake = false;
      publish();
      link.announce();
    } catch (IOException e) {
      if (toTake && nanoTime.getAsLong() - takeBy > 0) {
        log.warn(
            "the virtual address cannot be held ({}); it is left to others for {} s",
            e.getMessage(),
            TimeUnit.NANOSECONDS.toSeconds(LEFT_NANOS));
        left = true;
        leftUntil = nanoTime.getAsLong() + LEFT_NANOS;
      }
    }
  }

  private void publish() {
    boolean active = machine.state() == VrrpMachine.State.ACTIVE;
    boolean holds = active && !toTake;
    Status before = status;
    String state = machine.state().name().toLowerCase(java.util.Locale.ROOT);
    Inet4Address whose = holds ? link.own() : other;
    Status now = new Status(state, holds, machine.priority(), machine.transitions(), whose);
    if (now.equals(before)) {
      return;
    }
    status = now;
    if (!state.equals(before.state()) || holds != before.holds()) {
      log.info(
          "virtual router {}: {}{}, priority {}",
          settings.id(),
          state,
          holds ? ", serving " + shown() : "",
          now.priority());
      onTransition.run();
    }
  }

  private String shown() {
    return settings.addresses().stream()
        .map(Inet4Address::getHostAddress)
        .collect(java.util.stream.Collectors.joining(", "));
  }

  /** Gives the address up, telling the others, and ends. */
  @Override
  public void close() {
    ending = true;
    wake();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
