package io.cade.proxy.guard;

import io.cade.agent.wire.VisitorSignal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * From when on the operator is told. What is counted fades by half in each half-life, so that a
 * steady rate of n in a half-life comes to 1.44 n.
 *
 * @param raise how many of each kind raise a signal
 * @param halfLife of what was counted
 */
public record SignalPolicy(Map<VisitorSignal, Integer> raise, Duration halfLife) {
  /** A raised signal is cleared when no more than this part of what raised it is left. */
  static final double CLEAR_PART = 0.25;

  public SignalPolicy {
    raise = Map.copyOf(raise);
  }

  /** 20 slow heads, 200 refused for their rate, 150 not found, 20 refused passwords; 30 s. */
  public static SignalPolicy standard() {
    return of(20, 200, 150, 20);
  }

  /** With these limits, and a half-life of 30 s. */
  public static SignalPolicy of(int slowHeads, int flood, int scan, int guesses) {
    Map<VisitorSignal, Integer> raise = new EnumMap<>(VisitorSignal.class);
    raise.put(VisitorSignal.SLOW_HEADS, slowHeads);
    raise.put(VisitorSignal.FLOOD, flood);
    raise.put(VisitorSignal.SCAN, scan);
    raise.put(VisitorSignal.CREDENTIAL_GUESSING, guesses);
    return new SignalPolicy(raise, Duration.ofSeconds(30));
  }

  int raise(VisitorSignal kind) {
    return raise.getOrDefault(kind, Integer.MAX_VALUE);
  }
}
