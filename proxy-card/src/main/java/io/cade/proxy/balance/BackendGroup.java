package io.cade.proxy.balance;

import io.cade.agent.wire.ServiceSettings;
import io.cade.agent.wire.Setting;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The cards of one service for one protocol, as one snapshot of routes has them: brings algorithm,
 * health, ejection, slow start, priority, limits and drain together into choices. What is learnt is
 * in the {@link ServiceState} and outlives the snapshot. Thread-safe; a choice takes no lock unless
 * something has changed since the last one.
 */
public final class BackendGroup {
  private static final long LOOK_AGAIN_NANOS = Duration.ofHours(1).toNanos();
  private static final long RAMP_STEP_NANOS = Duration.ofMillis(100).toNanos();
  private static final int RAMP_STEPS = 20;
  private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

  private static final ServiceSettings UNLIMITED =
      ServiceSettings.none().with(Map.of(Setting.CARD_LIMIT.key(), "100000"));

  /** A card at full load keeps a tenth of its weight. */
  private static final double LOAD_COUNTS = 0.9;

  private final List<Entry> entries;
  private final ServicePolicy policy;
  private final ServiceState state;
  private final LongSupplier sharedEpoch;
  private final InstantSource clock;
  private final Map<String, Entry> byToken;
  private final Map<Backend, Entry> byBackend = new HashMap<>();
  private volatile @Nullable View view;

  /**
   * One card and what the routes say of it.
   *
   * @param weight 0 for none but bound visitors
   * @param backup used only while no card that is none can be used
   * @param drainedUntil while it is drained: until when bound visitors may stay
   * @param token stands for it in cookies; empty without affinity
   */
  public record Entry(
      Member member,
      int weight,
      int cost,
      boolean backup,
      @Nullable Instant drainedUntil,
      String token) {}

  private record View(
      Candidates candidates,
      BackendChooser chooser,
      long sharedEpoch,
      long ownEpoch,
      long validUntilNanos) {}

  /**
   * @param sharedEpoch rises with each change of any back end's health
   * @param clock tells whether a drain's time is over
   * @param seed of what the algorithm draws
   */
  public BackendGroup(
      List<Entry> entries,
      ServicePolicy policy,
      ServiceState state,
      LongSupplier sharedEpoch,
      InstantSource clock,
      long seed) {
    this.entries = List.copyOf(entries);
    this.policy = policy;
    this.state = state;
    this.sharedEpoch = sharedEpoch;
    this.clock = clock;
    Map<String, Entry> tokens = new HashMap<>();
    for (Entry entry : entries) {
      byBackend.put(entry.member().backend(), entry);
      if (!entry.token().isEmpty()) {
        tokens.put(entry.token(), entry);
      }
    }
    this.byToken = Map.copyOf(tokens);
    state.use(policy, entries.stream().map(Entry::member).toList(), seed);
  }

  /** A group without settings and with no limit but the back ends' own, in their order. */
  public static BackendGroup of(List<Backend> backends, BalancingAlgorithm algorithm) {
    ServiceState state = new ServiceState(algorithm);
    List<Entry> entries =
        backends.stream()
            .map(b -> new Entry(state.member(b.toString(), b), 1, 1, false, null, ""))
            .toList();
    return new BackendGroup(
        entries,
        ServicePolicy.of(UNLIMITED, HealthPolicy.standard()),
        state,
        () -> backends.stream().mapToLong(b -> b.health().changes()).sum(),
        // The clock tells when the drain of a card is over; here none is drained.
        () -> Instant.EPOCH,
        0);
  }

  public ServicePolicy policy() {
    return policy;
  }

  public List<Entry> entries() {
    return entries;
  }

  public WaitingRoom waiting() {
    return state.waiting();
  }

  public RetryBudget retries() {
    return state.retries();
  }

  /** Requests of the service that run at the member of that id now. */
  public int runningAt(String id) {
    for (Entry entry : entries) {
      if (entry.member().id().equals(id)) {
        return entry.member().running();
      }
    }
    return 0;
  }

  /** Calls the request that has waited longest, if any waits. */
  public void callNext() {
    state.waiting().callNext();
  }

  /** The entry of a back end; null when it is none of this group. */
  public @Nullable Entry entry(Backend backend) {
    return byBackend.get(backend);
  }

  /** Whether the member can take one more request. */
  public boolean hasRoom(Member member) {
    return member.hasRoom(policy.cardLimit());
  }

  /**
   * Chooses a member and takes a place there, to be given back with {@link #ended}.
   *
   * @return null when the question permits none
   */
  public @Nullable Member begin(Question question) {
    for (int i = 0; i <= entries.size(); i++) {
      View now = view(question.nowNanos());
      int index = now.chooser().choose(question);
      if (index == BackendChooser.NONE) {
        return null;
      }
      Member chosen = now.candidates().member(index);
      if (begin(chosen)) {
        return chosen;
      }
      now.chooser().changed(index); // somebody else was faster
    }
    return null;
  }

  /** Takes a place at a certain member; false when it has no room. */
  public boolean begin(Member member) {
    if (!member.begin(policy.cardLimit())) {
      return false;
    }
    state.running().incrementAndGet();
    tellChooser(member);
    return true;
  }

  /**
   * The member a visitor's cookie stands for, when it may have him: it works, and if it is drained
   * its time is not over.
   */
  public @Nullable Member bound(String token) {
    Entry entry = byToken.get(token);
    if (entry == null
        || !entry.member().backend().health().permits()
        || entry.member().outlier().breaker() == OutlierState.Breaker.OPEN) {
      return null;
    }
    Instant until = entry.drainedUntil();
    return until == null || clock.instant().isBefore(until) ? entry.member() : null;
  }

  /** Whether cards are usable, but all have as many requests as they may. */
  public boolean isFull(long nowNanos) {
    Candidates candidates = view(nowNanos).candidates();
    for (int i = 0; i < candidates.size(); i++) {
      if (hasRoom(candidates.member(i))) {
        return false;
      }
    }
    return candidates.size() > 0;
  }

  /**
   * The request has ended at the member.
   *
   * @param latencyNanos from its beginning to the head of its answer; negative when there was none
   */
  public void ended(Member member, Outcome outcome, long latencyNanos, long nowNanos) {
    member.end();
    state.running().decrementAndGet();
    if (latencyNanos >= 0) {
      member.latency().sample(latencyNanos, nowNanos);
    }
    switch (outcome) {
      case GOOD -> {
        member.outlier().succeeded();
        if (member.outlier().onTrial() && member.outlier().close(nowNanos)) {
          state.changed();
        }
      }
      case BAD -> failed(member, nowNanos);
      case NONE -> {}
    }
    if (policy.outlier().successRate() && outcome != Outcome.NONE) {
      SuccessRates.judge(this, state, WINDOW_NANOS, nowNanos);
    }
    tellChooser(member);
    state.waiting().callNext();
  }

  private void failed(Member member, long nowNanos) {
    int inARow = member.outlier().failed();
    int allowed = policy.outlier().errors();
    if (member.outlier().onTrial()) {
      eject(member, member.outlier().cause(), nowNanos);
    } else if (allowed > 0 && inARow >= allowed) {
      eject(member, inARow + " failures in a row", nowNanos);
    }
  }

  /** Leaves a member alone for a while, if not too many are left alone already. */
  void eject(Member member, String why, long nowNanos) {
    synchronized (state) {
      int ejected = 0;
      for (Entry entry : entries) {
        if (entry.member() != member
            && entry.member().outlier().breaker() != OutlierState.Breaker.CLOSED) {
          ejected++;
        }
      }
      if ((ejected + 1) * 100 > policy.outlier().mostEjected() * entries.size()) {
        return;
      }
      member.outlier().open(policy.outlier(), why, nowNanos);
    }
    state.changed();
  }

  private void tellChooser(Member member) {
    View known = view;
    if (known == null) {
      return;
    }
    int slot = member.slot();
    Candidates candidates = known.candidates();
    if (slot < candidates.size() && candidates.member(slot) == member) {
      known.chooser().changed(slot);
    } else {
      int index = candidates.indexOf(member);
      if (index != BackendChooser.NONE) {
        known.chooser().changed(index);
      }
    }
  }

  /** Why the member gets no new visitors; empty when it does. */
  public String cause(Member member) {
    if (!member.backend().health().permits()) {
      return member.backend().health().cause();
    }
    Entry entry = byBackend.get(member.backend());
    if (entry != null && entry.drainedUntil() != null) {
      return "drained";
    }
    if (entry != null && entry.weight() == 0) {
      return "weight 0";
    }
    return member.outlier().breaker() == OutlierState.Breaker.OPEN
        ? "ejected: " + member.outlier().cause()
        : "";
  }

  // ---- who may be chosen now

  private View view(long nowNanos) {
    View known = view;
    if (known != null
        && known.sharedEpoch() == sharedEpoch.getAsLong()
        && known.ownEpoch() == state.epoch()
        && nowNanos - known.validUntilNanos() < 0) {
      return known;
    }
    View made;
    synchronized (state) {
      made = look(nowNanos);
      view = made;
    }
    // A card may have come that has room.
    if (!state.waiting().isEmpty()) {
      state.waiting().callNext();
    }
    return made;
  }

  private View look(long nowNanos) {
    long shared = sharedEpoch.getAsLong();
    long own = state.epoch();
    boolean first = state.begin();
    long until = nowNanos + LOOK_AGAIN_NANOS;
    int inService = 0;
    int usable = 0;
    for (Entry entry : entries) {
      OutlierState outlier = entry.member().outlier();
      outlier.look(nowNanos);
      if (outlier.breaker() == OutlierState.Breaker.OPEN && outlier.openUntilNanos() - until < 0) {
        until = outlier.openUntilNanos();
      }
      if (!entry.backup() && entry.drainedUntil() == null && entry.weight() > 0) {
        inService++;
        usable += isUsable(entry, false) ? 1 : 0;
      }
    }
    boolean panic = usable * 100 < policy.outlier().panic() * inService;
    List<Entry> chosen = usable(false, false);
    if (panic) {
      List<Entry> all = usable(false, true);
      chosen = all.isEmpty() ? chosen : all;
    }
    if (chosen.isEmpty()) {
      chosen = usable(true, false);
    }
    if (chosen.isEmpty()) {
      chosen = usable(true, true);
    }
    long ramp = policy.slowStart().toNanos();
    int[] weights = new int[chosen.size()];
    int[] costs = new int[chosen.size()];
    List<Member> members = new ArrayList<>(chosen.size());
    for (Entry entry : entries) {
      Member member = entry.member();
      boolean isChosen = chosen.contains(entry);
      double share = member.ramp(isChosen || isUsable(entry, false), first, ramp, nowNanos);
      if (isChosen) {
        int index = members.size();
        member.slot(index);
        members.add(member);
        costs[index] = entry.cost();
        weights[index] = weight(entry, share);
        if (share < 1) {
          until =
              Math.min(until - nowNanos, Math.max(RAMP_STEP_NANOS, ramp / RAMP_STEPS)) + nowNanos;
        }
      }
    }
    Candidates candidates = new Candidates(members, weights, costs, state.running()::get);
    return new View(candidates, state.algorithm().chooser(candidates), shared, own, until);
  }

  private List<Entry> usable(boolean backups, boolean evenEjected) {
    List<Entry> found = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      if (entry.backup() == backups && isUsable(entry, evenEjected)) {
        found.add(entry);
      }
    }
    return found;
  }

  private static boolean isUsable(Entry entry, boolean evenEjected) {
    return entry.weight() > 0
        && entry.drainedUntil() == null
        && entry.member().backend().health().permits()
        && (evenEjected || entry.member().outlier().breaker() != OutlierState.Breaker.OPEN);
  }

  private int weight(Entry entry, double share) {
    double weight = (policy.usesWeights() ? entry.weight() : 1) * Candidates.UNIT * share;
    if (policy.useLoad()) {
      weight *= 1 - Math.min(LOAD_COUNTS, entry.member().backend().health().loadPercent() / 100.0);
    }
    return Math.max(1, (int) Math.round(weight));
  }
}
