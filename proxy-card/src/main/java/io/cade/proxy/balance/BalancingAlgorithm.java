package io.cade.proxy.balance;

import java.util.List;

/**
 * Proposes back ends in an order of preference. It does not look at health: what it proposes,
 * {@link BackendHealth} permits or not, and {@link BackendChooser} brings the two together.
 * Thread-safe; one object lives as long as its service, through route changes.
 */
public interface BalancingAlgorithm {
  /** Starts one choice; the result goes into every {@link #propose} of it. */
  long begin();

  /**
   * Proposes the favourite of a choice (turn 0), then another one with each turn.
   *
   * @param backends not empty
   * @param ticket what {@link #begin} gave
   * @param turn from 0 to the number of back ends; over all turns each is proposed at least once
   */
  Backend propose(List<Backend> backends, long ticket, int turn);
}
