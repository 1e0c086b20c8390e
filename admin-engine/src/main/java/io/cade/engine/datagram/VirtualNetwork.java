package io.cade.engine.datagram;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A network of UDP sockets in virtual time: nothing happens until it is stepped, and everything
 * happens in the same order for the same {@link Link}. All hosts of a simulation share one. A
 * receiver or task that throws ends the step with its exception: a simulation is to show faults.
 * Not thread-safe: owned by the thread that steps it.
 */
public final class VirtualNetwork implements DatagramLoop, InstantSource {
  /** No more events wait than this; one more is a runaway simulation. */
  public static final int MAX_EVENTS = 1_000_000;

  private static final int FIRST_EPHEMERAL_PORT = 49_152;
  private static final int LAST_PORT = 65_535;

  /** What happens to a datagram on its way. */
  @FunctionalInterface
  public interface Link {
    /**
     * @return the delays after which copies arrive: none when it is lost, two when it is duplicated
     */
    List<Duration> carry(InetSocketAddress from, InetSocketAddress to, byte[] payload);
  }

  private record Event(long atNanos, long sequence, Runnable task) {}

  private final Instant start;
  private final Link link;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::sequence));
  private final Map<InetSocketAddress, Port> ports = new HashMap<>();
  private long nowNanos;
  private long sequence;
  private int ephemeral = FIRST_EPHEMERAL_PORT;

  /**
   * @param start wall-clock time at the beginning
   */
  public VirtualNetwork(Instant start, Link link) {
    this.start = start;
    this.link = link;
  }

  /** A link that loses nothing and takes 100 µs. */
  public static Link perfect() {
    return (from, to, payload) -> List.of(Duration.ofNanos(100_000));
  }

  @Override
  public CompletableFuture<DatagramPort> open(
      InetSocketAddress local, int maxBytes, DatagramReceiver receiver) {
    InetSocketAddress address = local.getPort() == 0 ? free(local) : local;
    if (ports.containsKey(address)) {
      return CompletableFuture.failedFuture(
          new BindException(
              "cannot listen on "
                  + address.getAddress().getHostAddress()
                  + ":"
                  + address.getPort()
                  + "/udp: Address already in use"));
    }
    Port port = new Port(address, maxBytes, receiver);
    ports.put(address, port);
    return CompletableFuture.completedFuture(port);
  }

  private InetSocketAddress free(InetSocketAddress local) {
    for (int tried = FIRST_EPHEMERAL_PORT; tried <= LAST_PORT; tried++) {
      InetSocketAddress candidate = new InetSocketAddress(local.getAddress(), ephemeral);
      ephemeral = ephemeral == LAST_PORT ? FIRST_EPHEMERAL_PORT : ephemeral + 1;
      if (!ports.containsKey(candidate)) {
        return candidate;
      }
    }
    return local;
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public LoopTimer schedule(Duration delay, Runnable task) {
    if (events.size() >= MAX_EVENTS) {
      throw new IllegalStateException("more than " + MAX_EVENTS + " events wait");
    }
    Event event = new Event(nowNanos + Math.max(0, delay.toNanos()), sequence++, task);
    events.add(event);
    return () -> events.remove(event);
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nowNanos);
  }

  /** Lets the next event happen; false when nothing waits. */
  public boolean step() {
    Event event = events.poll();
    if (event == null) {
      return false;
    }
    nowNanos = event.atNanos();
    event.task().run();
    return true;
  }

  /** Lets everything happen that is due within the time, which has then passed. */
  public void run(Duration time) {
    long end = nowNanos + time.toNanos();
    runUntil(() -> false, time);
    nowNanos = end;
  }

  /**
   * Steps until the condition holds.
   *
   * @param limit of virtual time
   * @return whether it holds
   */
  public boolean runUntil(BooleanSupplier condition, Duration limit) {
    long end = nowNanos + limit.toNanos();
    while (!condition.getAsBoolean()) {
      Event next = events.peek();
      if (next == null || next.atNanos() > end) {
        return false;
      }
      step();
    }
    return true;
  }

  private void deliver(InetSocketAddress from, InetSocketAddress to, byte[] payload) {
    Port port = ports.get(to);
    if (port != null && payload.length <= port.maxBytes) {
      port.receiver.received(from, payload);
    }
  }

  private final class Port implements DatagramPort {
    private final InetSocketAddress local;
    private final int maxBytes;
    private final DatagramReceiver receiver;

    Port(InetSocketAddress local, int maxBytes, DatagramReceiver receiver) {
      this.local = local;
      this.maxBytes = maxBytes;
      this.receiver = receiver;
    }

    @Override
    public InetSocketAddress local() {
      return local;
    }

    @Override
    public boolean send(byte[] payload, InetSocketAddress to) {
      if (ports.get(local) != this) {
        return false;
      }
      for (Duration delay : link.carry(local, to, payload)) {
        byte[] copy = payload.clone();
        schedule(delay, () -> deliver(local, to, copy));
      }
      return true;
    }

    @Override
    public void close() {
      ports.remove(local, this);
    }
  }
}
