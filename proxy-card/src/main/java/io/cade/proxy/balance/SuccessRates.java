package io.cade.proxy.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds members whose share of good answers is far below that of the others, among members with
 * enough requests to tell: more than 1.9 standard deviations under the mean, as Envoy does. Of
 * fewer than five members none can be that far off (one of n is at most √(n-1) deviations away);
 * there those are found that fail half their requests while most do well. Stateless.
 */
final class SuccessRates {
  private static final int ENOUGH_REQUESTS = 100;
  private static final int ENOUGH_MEMBERS = 3;
  private static final int ENOUGH_FOR_DEVIATIONS = 5;
  private static final double FEW_BAD = 0.5;
  private static final double FEW_WELL = 0.9;
  private static final double DEVIATIONS = 1.9;

  /** A member this good is left in peace however good the others are. */
  private static final double GOOD_ENOUGH = 0.99;

  private SuccessRates() {}

  private record Rate(Member member, double share) {}

  /** Judges when a window has ended; else costs next to nothing. */
  static void judge(BackendGroup group, ServiceState state, long windowNanos, long nowNanos) {
    if (!state.windowEnded(windowNanos, nowNanos)) {
      return;
    }
    List<Rate> rates = new ArrayList<>();
    for (BackendGroup.Entry entry : group.entries()) {
      long counts = entry.member().outlier().takeCounts();
      long good = counts >>> 32;
      long bad = counts & 0xffff_ffffL;
      if (good + bad >= ENOUGH_REQUESTS) {
        double share = (double) good / (good + bad);
        rates.add(new Rate(entry.member(), share));
      }
    }
    if (rates.size() < ENOUGH_MEMBERS) {
      return;
    }
    double threshold = Math.min(threshold(rates), GOOD_ENOUGH);
    for (Rate rate : rates) {
      if (rate.share() < threshold) {
        group.eject(
            rate.member(), "only " + Math.round(rate.share() * 100) + " % good answers", nowNanos);
      }
    }
  }

  private static double threshold(List<Rate> rates) {
    double[] shares = rates.stream().mapToDouble(Rate::share).sorted().toArray();
    if (shares.length < ENOUGH_FOR_DEVIATIONS) {
      return shares[shares.length / 2] >= FEW_WELL ? FEW_BAD : 0;
    }
    double mean = Arrays.stream(shares).average().orElse(1);
    double squares = Arrays.stream(shares).map(s -> (s - mean) * (s - mean)).sum();
    return mean - DEVIATIONS * Math.sqrt(squares / shares.length);
  }
}
