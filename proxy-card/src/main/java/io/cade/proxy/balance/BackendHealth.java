package io.cade.proxy.balance;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Permits or forbids a back end, whatever an algorithm proposes. Active checks count: {@code fall}
 * failures in a row forbid, {@code rise} successes in a row permit again. A connection error of a
 * visitor's request forbids at once, because waiting for the next check would cost further requests
 * (SPEC P3). The load that a card tells with its checks is kept here too. A new back end is
 * permitted: the engine announces only cards that run.
 *
 * <p>Thread-safe: the verdict is one volatile reference, the counting is guarded by this object.
 */
public final class BackendHealth {
  private static final int LOAD_STEP = 5;
  private static final Verdict USABLE = new Verdict(true, "");

  private final HealthPolicy policy;
  private final Runnable onChange;
  private final AtomicLong changes = new AtomicLong();
  private volatile Verdict verdict = USABLE;
  private volatile int loadPercent;
  private volatile @Nullable BackendHealth process;
  private int streak;

  /**
   * @param onChange told after each change of the verdict, on the thread that found it out; must
   *     not block
   */
  public BackendHealth(HealthPolicy policy, Runnable onChange) {
    this.policy = policy;
    this.onChange = onChange;
  }

  /** How it is checked. */
  public HealthPolicy policy() {
    return policy;
  }

  private record Verdict(boolean usable, String cause) {}

  /**
   * From now on this port is used only while another one of the same process is fit for use, too.
   * The kernel accepts connections for a process that hangs, so a check that only connects does not
   * notice; one that asks something does.
   *
   * @param asked of a port that is not itself bound to another
   */
  public void dependOn(BackendHealth asked) {
    process = asked;
  }

  /** Whether requests may go there now. */
  public boolean permits() {
    BackendHealth asked = process;
    return verdict.usable() && (asked == null || asked.permits());
  }

  /** Rises with each change of the verdict and of the load. */
  public long changes() {
    BackendHealth asked = process;
    return changes.get() + (asked == null ? 0 : asked.changes());
  }

  /** What the card said of its load when it was last checked, 0 to 100; 0 when it said nothing. */
  public int loadPercent() {
    return loadPercent;
  }

  /** The card has told its load; small changes are overlooked. */
  public void loadReported(int percent) {
    int bounded = Math.clamp(percent, 0, 100);
    if (Math.abs(bounded - loadPercent) >= LOAD_STEP) {
      loadPercent = bounded;
      changed();
    }
  }

  private void changed() {
    changes.incrementAndGet();
    onChange.run();
  }

  /** Why not, for the operator; empty while usable. */
  public String cause() {
    Verdict own = verdict;
    BackendHealth asked = process;
    return own.usable() && asked != null ? asked.cause() : own.cause();
  }

  /** A visitor's request met a connection error: nothing more goes there until checks pass. */
  public void connectionFailed(String cause) {
    synchronized (this) {
      streak = 0;
      if (!verdict.usable()) {
        return;
      }
      verdict = new Verdict(false, cause);
    }
    changed();
  }

  /** An active check was answered. */
  public void checkPassed() {
    synchronized (this) {
      if (verdict.usable()) {
        streak = 0;
        return;
      }
      if (++streak < policy.rise()) {
        return;
      }
      streak = 0;
      verdict = USABLE;
    }
    changed();
  }

  /** An active check was not answered, or badly. */
  public void checkFailed(String cause) {
    synchronized (this) {
      if (!verdict.usable()) {
        streak = 0;
        return;
      }
      if (++streak < policy.fall()) {
        return;
      }
      streak = 0;
      verdict = new Verdict(false, cause);
    }
    changed();
  }
}
