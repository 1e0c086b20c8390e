package io.cade.proxy.balance;

/**
 * A way to spread requests. Makes a {@link BackendChooser} whenever the candidates or their weights
 * change; what must survive that (whose turn it is) it keeps itself. One object lives as long as
 * its service, through route changes. Thread-safe.
 */
@FunctionalInterface
public interface BalancingAlgorithm {
  /** A chooser among these. */
  BackendChooser chooser(Candidates candidates);
}
