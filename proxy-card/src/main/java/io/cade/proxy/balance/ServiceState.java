package io.cade.proxy.balance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a service keeps through route changes: its members with what was learnt about them, whose
 * turn it is, who waits, which retries are saved. Changed under its own lock, except for its
 * counters.
 */
public final class ServiceState {
  private static final int RETRY_RESERVE = 500;

  private final AtomicInteger running = new AtomicInteger();
  private final AtomicLong epoch = new AtomicLong();
  private final WaitingRoom waiting = new WaitingRoom();
  private final BalancingAlgorithm byDefault;
  private final int retryReserve;
  private final Map<Backend, Member> members = new HashMap<>();
  private BalancingAlgorithm algorithm;
  private String algorithmOf = "round-robin";
  private volatile RetryBudget retries;
  private int retryPercent = -1;
  private boolean begun;
  private long windowSinceNanos;

  /**
   * @param byDefault for a service with no other balancing set
   * @param retryReserve retries that can be saved up
   */
  public ServiceState(BalancingAlgorithm byDefault, int retryReserve) {
    this.byDefault = byDefault;
    this.algorithm = byDefault;
    this.retryReserve = retryReserve;
    this.retries = new RetryBudget(retryReserve);
  }

  public ServiceState(BalancingAlgorithm byDefault) {
    this(byDefault, RETRY_RESERVE);
  }

  /** The member for a back end, the same as before. */
  public synchronized Member member(String id, Backend backend) {
    Member known = members.get(backend);
    if (known == null || !known.id().equals(id)) {
      known = new Member(id, backend);
      members.put(backend, known);
    }
    return known;
  }

  /** Puts a policy to use; requests that run on go by the former one. */
  synchronized void use(ServicePolicy policy, List<Member> inUse, long seed) {
    members.values().retainAll(Set.copyOf(inUse));
    String wanted = policy.balancing() + "/" + policy.costFull();
    if (!wanted.equals(algorithmOf)) {
      BalancingAlgorithm made = policy.newAlgorithm(seed);
      algorithm = made == null ? byDefault : made;
      algorithmOf = wanted;
    }
    if (policy.retryPercent() != retryPercent) {
      retryPercent = policy.retryPercent();
      retries = new RetryBudget(retryReserve, retryPercent);
    }
  }

  synchronized BalancingAlgorithm algorithm() {
    return algorithm;
  }

  /** Whether this is the first look at the service. */
  synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  /** Whether a window has ended, and the next one begins. */
  synchronized boolean windowEnded(long lengthNanos, long nowNanos) {
    if (windowSinceNanos == 0) {
      windowSinceNanos = nowNanos;
      return false;
    }
    if (nowNanos - windowSinceNanos < lengthNanos) {
      return false;
    }
    windowSinceNanos = nowNanos;
    return true;
  }

  AtomicInteger running() {
    return running;
  }

  WaitingRoom waiting() {
    return waiting;
  }

  RetryBudget retries() {
    return retries;
  }

  long epoch() {
    return epoch.get();
  }

  /** Something that choices depend on has changed. */
  void changed() {
    epoch.incrementAndGet();
  }

  @Nullable Member known(Backend backend) {
    synchronized (this) {
      return members.get(backend);
    }
  }
}
